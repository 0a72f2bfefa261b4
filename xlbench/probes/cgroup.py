"""What the control group of this process allows, and how often it was stopped for more.

A group is bound by its own limits and by those of all groups above it, so every level is
read and the tightest counts. Version 2 has one tree, version 1 one for each controller
(Linux admin-guide/cgroup-v2.rst and cgroup-v1; sched-bwc.rst for the quota).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from xlbench.probes.system import System, as_number

_NO_LIMIT = 1 << 60
"""Version 1 writes "no limit" as the largest number of whole pages."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a control group; ``None``: no limit, or none that can be seen.

    Attributes:
        processors: processor time per time, e.g. 1.5.
        throttled_periods: how often the group was stopped because its quota was used up.
        throttled_ns: for how long, summed over processors.
        memory_bytes: limit of memory.
        memory_used_bytes: what the group with that limit uses, file pages aside that the
            kernel can drop.
    """

    processors: float | None = None
    throttled_periods: int | None = None
    throttled_ns: int | None = None
    memory_bytes: int | None = None
    memory_used_bytes: int | None = None


def limits(system: System) -> Limits:
    """Return the limits that hold for this process."""
    cpu, memory = list(_levels(system, "cpu")), list(_levels(system, "memory"))
    quotas = [quota for level in cpu if (quota := _quota(system, level)) is not None]
    stats = [system.fields(f"{level}/cpu.stat") for level in cpu]
    bounds = [bound for level in memory if (bound := _memory(system, level)) is not None]
    tightest = min(bounds, key=lambda bound: bound[0] - (bound[1] or 0), default=(None, None))
    return Limits(
        min(quotas, default=None),
        max((s["nr_throttled"] for s in stats if "nr_throttled" in s), default=None),
        max((ns for s in stats if (ns := _throttled_ns(s)) is not None), default=None),
        *tightest,
    )


def throttled_ns(system: System, levels: tuple[str, ...]) -> int | None:
    """Return how long the groups were stopped by their quotas; ``None``: not told."""
    told = [_throttled_ns(system.fields(f"{level}/cpu.stat")) for level in levels]
    return max((ns for ns in told if ns is not None), default=None)


def cpu_levels(system: System) -> tuple[str, ...]:
    """Return the folders of this process's group, and those above it, that count throttling."""
    levels = _levels(system, "cpu")
    return tuple(
        level for level in levels if _throttled_ns(system.fields(f"{level}/cpu.stat")) is not None
    )


def _levels(system: System, controller: str) -> Iterator[str]:
    """Yield the folders of the group that holds this process, and of those above it."""
    mount, path = _place(system, controller)
    group = PurePosixPath(path.lstrip("/"))
    # Inside a container the mounted tree may begin at the container's own group, while
    # the path still is the host's: then only the mount itself exists.
    for level in (group, *group.parents):
        place = f"{mount}/{level}" if str(level) != "." else mount
        if (system.root / place).is_dir():
            yield place


def _place(system: System, controller: str) -> tuple[str, str]:
    unified = "sys/fs/cgroup", "/"
    for line in (system.text("proc/self/cgroup") or "").splitlines():
        number, names, path = [*line.split(":", 2), "", ""][:3]
        if controller in names.split(","):
            for folder in (names, controller):
                if (system.root / f"sys/fs/cgroup/{folder}").is_dir():
                    return f"sys/fs/cgroup/{folder}", path
        if number == "0" and not names:
            unified = "sys/fs/cgroup", path
    return unified


def _quota(system: System, level: str) -> float | None:
    text = system.text(f"{level}/cpu.max")
    if text is not None:
        quota, period = (as_number(part) for part in [*text.split(), "100000"][:2])
    else:
        quota = system.number(f"{level}/cpu.cfs_quota_us")
        period = system.number(f"{level}/cpu.cfs_period_us")
    return quota / period if quota and period and quota > 0 else None


def _memory(system: System, level: str) -> tuple[int, int | None] | None:
    for limit, usage, droppable in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        bound = system.number(f"{level}/{limit}")
        if bound is not None and bound < _NO_LIMIT:
            used = system.number(f"{level}/{usage}")
            files = system.fields(f"{level}/memory.stat").get(droppable, 0)
            return bound, None if used is None else max(0, used - files)
    return None


def _throttled_ns(stat: dict[str, int]) -> int | None:
    if "throttled_usec" in stat:
        return stat["throttled_usec"] * 1000
    return stat.get("throttled_time")
