"""The environment as evidence: what a reader needs to believe or repeat a number."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xlbench.probes.nvml import all_gpus

_FINGERPRINT = ("cpu_model", "cpus", "machine", "gpu_names", "memory_total_bytes")


def host() -> dict[str, Any]:
    """Return the machine and its state: CPU, memory, governor, load, limits.

    What the system does not tell is ``None``.
    """
    return {
        "hostname": platform.node(),
        "system": platform.platform(),
        "machine": platform.machine(),
        "cpu_model": _cpu_model(),
        "cpus": os.cpu_count(),
        "allowed_cpus": _allowed(),
        "governor": _read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "turbo_off": _read("/sys/devices/system/cpu/intel_pstate/no_turbo"),
        "smt": _read("/sys/devices/system/cpu/smt/active"),
        "load_average": list(os.getloadavg()),
        "gpu_names": _gpu_names(),
        "memory_total_bytes": _memory_total(),
        "cgroup_cpu_max": _read("/sys/fs/cgroup/cpu.max"),
        "cgroup_memory_max": _read("/sys/fs/cgroup/memory.max"),
        "transparent_hugepage": _read("/sys/kernel/mm/transparent_hugepage/enabled"),
        "python": sys.version.split()[0],
    }


def machine_fingerprint(facts: Mapping[str, Any]) -> str:
    """Return 16 hexadecimal digits that tell machines of different hardware apart.

    The total of memory is rounded to whole GiB: the same machine reports a few pages more
    or less from boot to boot.
    """
    known = {key: facts.get(key) for key in _FINGERPRINT}
    if known["memory_total_bytes"] is not None:
        known["memory_total_bytes"] = round(known["memory_total_bytes"] / 2**30)
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:16]


def _allowed() -> list[int] | None:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None


def _cpu_model() -> str | None:
    for line in (_read("/proc/cpuinfo") or "").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or None


_DRIVERS_GPUS = Path("/proc/driver/nvidia/gpus")


def _gpu_names() -> list[str] | None:
    """The models of all GPUs, sorted; by NVML, else as NVIDIA's driver tells in ``/proc``."""
    names = [name for board in all_gpus() if (name := board.name()) is not None]
    if not names:
        texts = [_read(str(file)) or "" for file in _DRIVERS_GPUS.glob("*/information")]
        lines = [line.partition(":") for text in texts for line in text.splitlines()]
        names = [value.strip() for key, _, value in lines if key == "Model"]
    return sorted(names) or None


def _memory_total() -> int | None:
    for line in (_read("/proc/meminfo") or "").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) * 1024
    return None


def _read(path: str) -> str | None:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return None
