"""What disturbed a visit: counters read before and after it.

Steal time is what the hypervisor gave to others while this machine wanted to run
(``/proc/stat``, proc_stat(5)); involuntary context switches are what the scheduler took
from the measured process (getrusage(2)).
"""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass
from pathlib import Path

_STAT = Path("/proc/stat")
_TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Noise:
    """Counters of a stretch of time; ``None`` where the system does not tell.

    Attributes:
        steal_ns: time stolen from the processors, summed over them.
        involuntary_switches: times the scheduler took the processor away.
        major_faults: page faults that had to wait for a disk.
        throttle: reasons for which a GPU's clocks were lowered.
    """

    steal_ns: int | None
    involuntary_switches: int
    major_faults: int
    throttle: tuple[str, ...] = ()


def counters() -> Noise:
    """Return the counters as they stand; subtract with ``since``."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return Noise(_steal_ns(), usage.ru_nivcsw, usage.ru_majflt)


def since(before: Noise, throttle: tuple[str, ...] = ()) -> Noise:
    """Return what was added since ``before``."""
    now = counters()
    steal = (
        None if now.steal_ns is None or before.steal_ns is None else now.steal_ns - before.steal_ns
    )
    return Noise(
        steal,
        now.involuntary_switches - before.involuntary_switches,
        now.major_faults - before.major_faults,
        throttle,
    )


def _steal_ns() -> int | None:
    try:
        with _STAT.open() as stat:
            return int(stat.readline().split()[8]) * _TICK_NS
    except (OSError, IndexError, ValueError):
        return None
