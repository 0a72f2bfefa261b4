"""A measured test: a fixed piece of work, repeated on one processor, and how its times spread.

The work is SHA-256 of one block: no memory to speak of, no input that could differ, no
system call. What spreads its times is the machine.
"""

from __future__ import annotations

import hashlib
import math
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xlbench.doctor.finding import Finding, Status

PASS_NS = 1_000_000
"""A pass takes about this long: longer than a timer's tick is noisy, shorter than a slice."""

LITTLE_SPREAD, MUCH_SPREAD = 0.05, 0.20
"""p95 over p50, minus 1. Under 5 % an interval of 2 % for a p50 takes some ten samples."""

MUCH_LAG = 0.5
"""Correlation of neighbouring passes: the speed itself drifts."""

MOST_CPUS = 4
"""Processors tested; the time is shared out among them."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Times of the passes on one processor.

    Attributes:
        cpu: its number.
        passes: how many.
        p50_ns, p95_ns, longest_ns: their order statistics.
        lag: correlation of the logarithms of neighbouring times.
    """

    cpu: int
    passes: int
    p50_ns: float
    p95_ns: float
    longest_ns: float
    lag: float

    @property
    def p95_over_p50(self) -> float:
        """How far the p95 lies above the p50, as a share of it."""
        return self.p95_ns / self.p50_ns - 1


def spread(cpu: int, times_ns: Sequence[int]) -> Spread:
    """Return the statistics of at least two times."""
    ordered = sorted(times_ns)
    p95 = ordered[min(len(ordered) - 1, math.ceil(0.95 * len(ordered)) - 1)]
    return Spread(cpu, len(ordered), statistics.median(ordered), p95, ordered[-1], _lag(times_ns))


def measure(
    cpus: Sequence[int],
    seconds: float = 1.0,
    clock: Callable[[], int] = time.perf_counter_ns,
    pin: Callable[[set[int]], None] | None = None,
) -> list[Spread]:
    """Run the kernel on some of ``cpus``, pinned, for ``seconds`` in all.

    Args:
        cpus: the allowed processors; to them the process is set back at the end.
        seconds: duration.
        clock: nanoseconds that only grow.
        pin: moves this thread; ``None``: the system's own call, where there is one.
    """
    move = pin or _pin
    chosen = cpus[-MOST_CPUS:]
    found = []
    try:
        for cpu in chosen:
            move({cpu})
            block = _block(clock)
            times: list[int] = []
            end = clock() + int(seconds * 1e9 / len(chosen))
            while (start := clock()) < end or len(times) < 2:
                hashlib.sha256(block).digest()
                times.append(clock() - start)
            found.append(spread(cpu, times))
    finally:
        move(set(cpus))
    return found


def noise_test(spreads: Sequence[Spread]) -> Finding:
    """Judge the processor with the widest spread."""
    worst = max(spreads, key=lambda s: s.p95_over_p50)
    share = worst.p95_over_p50
    found = (
        f"processor {worst.cpu}: p50 {worst.p50_ns / 1e6:.2f} ms, p95 +{share:.1%}, longest "
        f"+{worst.longest_ns / worst.p50_ns - 1:.0%}, lag {worst.lag:.2f}, {worst.passes} passes"
    )
    facts: dict[str, float | int | str | None] = {
        "cpu": worst.cpu,
        "passes": worst.passes,
        "p50_ms": worst.p50_ns / 1e6,
        "p95_ms": worst.p95_ns / 1e6,
        "longest_ms": worst.longest_ns / 1e6,
        "lag": worst.lag,
    }
    status: Status = "ok" if share <= LITTLE_SPREAD else "warn" if share <= MUCH_SPREAD else "bad"
    advice = "" if status == "ok" else "the same work takes different times: see the checks above"
    if status == "ok" and worst.lag > MUCH_LAG:
        status, advice = "warn", "the speed drifts: heat, or the frequency follows something"
    return Finding("noise test", status, found, advice, facts)


def _block(clock: Callable[[], int]) -> bytes:
    """Return a block that takes about ``PASS_NS``."""
    size = 1 << 16
    hashlib.sha256(bytes(size)).digest()
    times = []
    for _ in range(20):
        start = clock()
        hashlib.sha256(bytes(size)).digest()
        times.append(clock() - start)
    return bytes(min(1 << 26, max(1 << 10, size * PASS_NS // max(1, min(times)))))


def _lag(times: Sequence[int]) -> float:
    logs = [math.log(max(1, value)) for value in times]
    if len(logs) < 3 or len(set(logs[1:])) < 2 or len(set(logs[:-1])) < 2:
        return 0.0
    return statistics.correlation(logs[:-1], logs[1:])


def _pin(cpus: set[int]) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cpus)
