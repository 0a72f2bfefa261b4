"""The processors' settings: governor, turbo, sibling threads, clock source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from xlbench.doctor.finding import Finding
from xlbench.probes.system import System

_CPU = "sys/devices/system/cpu"
_FAST_CLOCKS = ("tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page")
"""Read without a system call, through the vDSO (vdso(7))."""


def governor(system: System, cpus: Sequence[int]) -> Finding:
    """The frequency governor of the allowed processors (Linux admin-guide/pm/cpufreq.rst)."""
    told = [system.text(f"{_CPU}/cpu{cpu}/cpufreq/scaling_governor") for cpu in cpus]
    known = Counter(name for name in told if name)
    if not known:
        return Finding(
            "governor",
            "unknown",
            "no frequency control here (virtual machine?)",
            "ask whoever runs the host for a fixed frequency",
        )
    found = ", ".join(f"{name} on {count} processors" for name, count in known.items())
    if set(known) == {"performance"}:
        return Finding("governor", "ok", found)
    return Finding(
        "governor",
        "warn",
        f"{found}: the frequency follows the load",
        "sudo cpupower frequency-set -g performance",
    )


def turbo(system: System) -> Finding:
    """Whether turbo may raise the frequency for as long as heat and neighbours let it."""
    off = system.number(f"{_CPU}/intel_pstate/no_turbo")
    boost = system.number(f"{_CPU}/cpufreq/boost")
    if off is None and boost is None:
        return Finding("turbo", "unknown", "no turbo control here (virtual machine?)")
    if off == 1 or (off is None and boost == 0):
        return Finding("turbo", "ok", "off")
    switch = (
        f"echo 1 | sudo tee /{_CPU}/intel_pstate/no_turbo"
        if off is not None
        else f"echo 0 | sudo tee /{_CPU}/cpufreq/boost"
    )
    return Finding(
        "turbo",
        "warn",
        "on: the frequency depends on heat and on how many processors are busy",
        switch,
    )


def siblings(system: System, cpus: Sequence[int]) -> Finding:
    """Whether two of the allowed processors are hardware threads of one core (SMT)."""
    groups = {}
    for cpu in cpus:
        text = system.text(f"{_CPU}/cpu{cpu}/topology/thread_siblings_list")
        if text:
            groups[cpu] = as_cpus(text)
    if not groups:
        return Finding("SMT siblings", "unknown", "the topology is not told")
    mine = set(cpus)
    first_of_core = sorted({min(group & mine) for group in groups.values()})
    if any(len(group & mine) > 1 for group in groups.values()):
        return Finding(
            "SMT siblings",
            "warn",
            f"{len(cpus)} processors allowed are threads of {len(first_of_core)} cores",
            f"use one thread of each core: --cpus {','.join(map(str, first_of_core))}",
        )
    if any(group - mine for group in groups.values()):
        return Finding(
            "SMT siblings",
            "ok",
            "none among the allowed processors; others may use the second threads of their cores",
        )
    return Finding("SMT siblings", "ok", "none")


def clocksource(system: System) -> Finding:
    """Whether reading the clock is cheap."""
    name = system.text("sys/devices/system/clocksource/clocksource0/current_clocksource")
    if name is None:
        return Finding("clock source", "unknown", "the kernel does not tell")
    if name in _FAST_CLOCKS:
        return Finding("clock source", "ok", name)
    return Finding(
        "clock source",
        "warn",
        f"{name}: every reading is a slow system call",
        "look in the kernel's log for why tsc was given up",
    )


def as_cpus(text: str) -> set[int]:
    """Return the processors of a list such as ``0-2,8``; what is no number is left out."""
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if first.isdigit() and (last or first).isdigit():
            found |= set(range(int(first), int(last or first) + 1))
    return found
