"""A look at the machine in the second before measuring: is it free to be measured on?

What others do meanwhile is seen in the processors' own counters, less what this process did; so
the look may go on while the run is prepared.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from xlbench.doctor.company import MUCH_LOST, MUCH_WORK, busy_ticks
from xlbench.doctor.finding import Finding
from xlbench.probes.cgroup import limits
from xlbench.probes.noise import NoiseMeter, allowed_cpus
from xlbench.probes.system import HERE, System

SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Clocks:
    """What the look goes by: seconds of the wall, seconds of work of this process, and waiting."""

    wall_s: Callable[[], float] = time.monotonic
    own_s: Callable[[], float] = time.process_time
    sleep: Callable[[float], None] = time.sleep


class Look:
    """Begins when it is made; ``findings`` ends it.

    Args:
        system: where ``proc`` and ``sys`` are.
        clocks: what it goes by.
    """

    def __init__(self, system: System = HERE, clocks: Clocks | None = None) -> None:
        self._system, self._clocks = system, clocks or Clocks()
        self._cpus = allowed_cpus()
        self._meter = NoiseMeter(system=system)
        self._noise, self._ticks = self._meter.read(), busy_ticks(system)
        self._began_s, self._own_s = self._clocks.wall_s(), self._clocks.own_s()

    def findings(self, threads: Mapping[str, tuple[int, int]]) -> list[Finding]:
        """Return what is bad, once a second is over; nothing where all is well.

        Args:
            threads: of each arm its threads, and the processors that it may use.
        """
        left_s = SECONDS - (self._clocks.wall_s() - self._began_s)
        if left_s > 0:
            self._clocks.sleep(left_s)
        spent_s = self._clocks.wall_s() - self._began_s
        own_s = self._clocks.own_s() - self._own_s
        steal_ns = self._meter.since(self._noise).steal_ns
        found = [
            self._others(spent_s, own_s),
            None if steal_ns is None else _steal(steal_ns / 1e9 / spent_s / len(self._cpus)),
            *(_too_many(arm, *of) for arm, of in self._bounded(threads).items()),
        ]
        return [finding for finding in found if finding is not None]

    def _others(self, spent_s: float, own_s: float) -> Finding | None:
        """Work of others on the allowed processors, in processors' time over time."""
        before, after, cpus = self._ticks, busy_ticks(self._system), self._cpus
        shares = [
            (after[cpu][0] - before[cpu][0]) / max(1, after[cpu][1] - before[cpu][1])
            for cpu in cpus
            if cpu in before and cpu in after
        ]
        busy = sum(shares) - own_s / spent_s
        if busy <= MUCH_WORK:
            return None
        load = " ".join((self._system.text("proc/loadavg") or "").split()[:1])
        return Finding(
            "other work",
            "bad",
            f"other programs take {busy:.1f} of {len(cpus)} processors"
            + (f", load average {load}" if load else ""),
            "stop them (top shows them) or wait; with --threads 1 a batch waits for no second "
            "thread",
            {"busy_processors": busy},
        )

    def _bounded(self, threads: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, float]]:
        quota = limits(self._system).processors
        return {
            arm: (wanted, cpus if quota is None else min(cpus, quota))
            for arm, (wanted, cpus) in threads.items()
        }


def _steal(share: float) -> Finding | None:
    if share <= MUCH_LOST:
        return None
    return Finding(
        "steal",
        "bad",
        f"the host gives {share:.0%} of the processors' time to other machines",
        "use a machine with processors of its own; what drifts cancels in compare, whose arms take "
        "turns, and not in run",
        {"steal_share": share},
    )


def _too_many(arm: str, threads: int, processors: float) -> Finding | None:
    if threads <= processors:
        return None
    return Finding(
        "threads",
        "bad",
        f"arm {arm!r} has {threads} threads on {processors:g} processors: they wait for each other",
        f"give it threads={max(1, int(processors))}",
        {"threads": threads, "processors": processors},
    )
