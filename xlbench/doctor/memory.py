"""Memory: how much is free, swap, huge pages, and whether its peak can be measured."""

from __future__ import annotations

from xlbench.doctor.finding import Finding
from xlbench.probes.cgroup import Limits
from xlbench.probes.host import reset_peak
from xlbench.probes.system import System

MIB, GIB = 2**20, 2**30

LITTLE_FREE, ENOUGH_FREE = GIB, 4 * GIB
"""XLM-R base has 1.1 GB of fp32 weights, the large one 2.2 GB, and torch takes 0.3 GB."""


def free_memory(system: System, limits: Limits) -> Finding:
    """What a worker can have: the system's available memory within the container's limit."""
    kib = system.fields("proc/meminfo").get("MemAvailable")
    room = None
    if limits.memory_bytes is not None:
        room = limits.memory_bytes - (limits.memory_used_bytes or 0)
    known = [value for value in (None if kib is None else kib * 1024, room) if value is not None]
    if not known:
        return Finding("free memory", "unknown", "not told")
    free = min(known)
    found = f"{free / GIB:.1f} GiB"
    if room == free:
        found += " left of the container's limit"
    facts = {"free_bytes": free}
    if free >= ENOUGH_FREE:
        return Finding("free memory", "ok", found, facts=facts)
    advice = "enough for the embedded models only; free memory before measuring XLM-R"
    return Finding("free memory", "bad" if free < LITTLE_FREE else "warn", found, advice, facts)


def swap(system: System) -> Finding:
    """Whether pages of this machine lie on a disk."""
    memory = system.fields("proc/meminfo")
    swappiness = system.number("proc/sys/vm/swappiness")
    if "SwapTotal" not in memory:
        return Finding("swap", "unknown", "not told")
    used = (memory["SwapTotal"] - memory.get("SwapFree", 0)) * 1024
    facts = {"used_bytes": used, "swappiness": swappiness}
    if memory["SwapTotal"] == 0:
        return Finding("swap", "ok", "none", facts=facts)
    found = f"{used / MIB:.0f} MiB in use, swappiness {swappiness}"
    if used < MIB:
        return Finding("swap", "ok", found, facts=facts)
    return Finding("swap", "warn", found, "sudo swapoff -a, if memory suffices without", facts)


def huge_pages(system: System) -> Finding:
    """Transparent huge pages (Linux admin-guide/mm/transhuge.rst)."""
    text = system.text("sys/kernel/mm/transparent_hugepage/enabled") or ""
    chosen = text.partition("[")[2].partition("]")[0]
    if not chosen:
        return Finding("huge pages", "unknown", "not told")
    if chosen != "always":
        return Finding("huge pages", "ok", chosen)
    return Finding(
        "huge pages",
        "warn",
        "always: memory grows in steps of 2 MiB, and khugepaged works behind a run's back",
        "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled",
    )


def high_water_mark(system: System) -> Finding:
    """Whether the kernel's mark of peak memory can be set back before each cell."""
    if not (system.root / "proc/self/status").exists():
        return Finding("memory peaks", "unknown", "no /proc/self/status here")
    if not reset_peak(system.root / "proc/self/clear_refs"):
        return Finding(
            "memory peaks",
            "warn",
            "/proc/self/clear_refs can't be written: peaks of "
            "memory are sampled and may miss a spike",
            "run outside of the sandbox, or with a kernel that has CONFIG_PROC_PAGE_MONITOR",
        )
    return Finding("memory peaks", "ok", "the kernel's high-water mark can be set back")
