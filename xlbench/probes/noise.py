"""What disturbed a stretch of time: counters read before and after it.

Each counter is time that was taken from the measured process, or counts what takes time:
what the hypervisor gave to others (steal, proc_stat(5)); what threads that could run spent
waiting for a processor (schedstat, Linux scheduler/sched-stats.rst); what the control
group's quota stopped; switches that the scheduler forced and faults that waited for a disk
(getrusage(2)); and the reasons for which a GPU lowered its clocks.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from xlbench.probes import cgroup
from xlbench.probes.nvml import Nvml
from xlbench.probes.system import HERE, System, as_number

_TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Noise:
    """Counters of a stretch of time; ``None`` where the system does not tell.

    Attributes:
        steal_ns: time stolen from the allowed processors, summed over them.
        run_delay_ns: time that this process's threads waited for a processor, summed; without
            bystanders.
        quota_ns: time for which the control group was stopped by its quota.
        involuntary_switches: times the scheduler took the processor away.
        major_faults: page faults that had to wait for a disk.
        throttle: reasons for which a GPU's clocks were lowered for part of the time.
    """

    steal_ns: int | None
    run_delay_ns: int | None
    quota_ns: int | None
    involuntary_switches: int
    major_faults: int
    throttle: tuple[str, ...] = ()


COUNTERS = ("steal_ns", "run_delay_ns", "quota_ns", "involuntary_switches", "major_faults")
"""Those of ``Noise`` that add up."""


THROTTLED_SHARE = 0.01
"""Share of the time for which a reason must have lowered the clocks to be told."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The counters at one moment; ``noise.throttle`` holds the reasons of that moment.

    Attributes:
        at_ns: monotonic time.
        noise: the host's counters.
        throttled_ns: a GPU's, by reason; empty where it has none.
    """

    at_ns: int
    noise: Noise
    throttled_ns: Mapping[str, int] = field(default_factory=dict)


class NoiseMeter:
    """Reads the counters of this process.

    Args:
        nvml: the GPU that it uses, or ``None``.
        system: where ``proc`` and ``sys`` are.
        now_ns: monotonic time.
        bystanders: returns the threads of this process that don't count.
    """

    def __init__(
        self,
        nvml: Nvml | None = None,
        system: System = HERE,
        now_ns: Callable[[], int] = time.monotonic_ns,
        bystanders: Callable[[], Set[int]] = frozenset,
    ) -> None:
        self._nvml, self._system, self._now_ns = nvml, system, now_ns
        self._bystanders = bystanders
        self._groups = cgroup.cpu_levels(system)

    def read(self) -> Standing:
        """Return the counters as they stand; subtract with ``since``."""
        usage = resource.getrusage(resource.RUSAGE_SELF)
        noise = Noise(
            _steal_ns(self._system),
            _run_delay_ns(self._system, self._bystanders()),
            cgroup.throttled_ns(self._system, self._groups),
            usage.ru_nivcsw,
            usage.ru_majflt,
            () if self._nvml is None else self._nvml.throttled(),
        )
        counted = {} if self._nvml is None else self._nvml.throttled_ns()
        return Standing(self._now_ns(), noise, counted)

    def since(self, before: Standing) -> Noise:
        """Return what was added since ``before``."""
        now = self.read()
        added = {
            name: _added(getattr(before.noise, name), getattr(now.noise, name)) for name in COUNTERS
        }
        return Noise(**added, throttle=_throttle(before, now))


def _throttle(before: Standing, now: Standing) -> tuple[str, ...]:
    """Reasons that lowered the clocks between two moments.

    By the counters, where there are any: at the moments themselves a device is idle as a rule.
    """
    if not now.throttled_ns:
        return tuple(dict.fromkeys((*before.noise.throttle, *now.noise.throttle)))
    least_ns = THROTTLED_SHARE * (now.at_ns - before.at_ns)
    return tuple(
        name
        for name, ns in now.throttled_ns.items()
        if ns - before.throttled_ns.get(name, ns) > least_ns
    )


def _added(before: int | None, now: int | None) -> Any:
    # A thread that ended took its part of a counter with it.
    return None if before is None or now is None else max(0, now - before)


def _steal_ns(system: System) -> int | None:
    """Steal of the processors that this process may use."""
    wanted = {f"cpu{number}" for number in allowed_cpus()}
    lines = [line.split() for line in (system.text("proc/stat") or "").splitlines()]
    told = [as_number(line[8]) for line in lines if len(line) > 8 and line[0] in wanted]
    return _total(told, _TICK_NS)


def _run_delay_ns(system: System, bystanders: Set[int]) -> int | None:
    """Second field of schedstat: nanoseconds spent ready to run, but waiting."""
    tasks = system.root / "proc/self/task"
    try:
        threads = [entry.name for entry in tasks.iterdir() if int(entry.name) not in bystanders]
    except OSError:
        return None
    waits = []
    for thread in threads:
        fields = (system.text(f"proc/self/task/{thread}/schedstat") or "").split()
        if len(fields) >= 2:
            waits.append(as_number(fields[1]))
    return _total(waits, 1)


def _total(values: Iterable[int | None], unit: int) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) * unit if known else None


def allowed_cpus() -> list[int]:
    """Return the numbers of the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))
