"""Warm-up ends when the timings are steady, not after a fixed count.

The newest timings (half of them, at most five) are compared with as many before: while
their median is lower by more than a tolerance the shape is still getting faster. A floor
guards against declaring victory on too little, a ceiling and a time limit against never
stopping.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

_WINDOW = 5


@dataclass(frozen=True, slots=True)
class Rule:
    """When a shape is warm.

    Attributes:
        floor: passes at least.
        slow_floor: passes at least where one takes longer than ``slow_ns``.
        slow_ns: what counts as slow, in nanoseconds.
        ceiling: passes at most.
        limit_ns: time at most for one shape, once ``floor`` passes were made; without the first, in
            which it may have been compiled.
        tolerance: largest gain of the newest timings that still counts as steady.
    """

    floor: int = 2
    slow_floor: int = 1
    slow_ns: int = 50_000_000
    ceiling: int = 30
    limit_ns: int = 2_000_000_000
    tolerance: float = 0.1

    def despite_slowness(self, floor: int) -> Rule:
        """Return the rule with at least ``floor`` passes, however long one takes.

        The first pass tells nothing of how slow a shape is where a library builds something in it.
        """
        floor = max(floor, self.floor)
        return replace(self, floor=floor, slow_floor=floor)


@dataclass(frozen=True, slots=True)
class WarmUp:
    """What it took: the time of each pass, and whether the end was steady."""

    times_ns: tuple[int, ...]
    steady: bool


def warm_up(once: Callable[[], int], rule: Rule) -> WarmUp:
    """Call ``once`` (which returns the nanoseconds it took) until the rule is met."""
    times: list[int] = []
    while True:
        times.append(once())
        floor = rule.slow_floor if times[-1] > rule.slow_ns else rule.floor
        if len(times) < floor:
            continue
        if len(times) < rule.floor or _steady(times, rule.tolerance):
            return WarmUp(tuple(times), True)
        if len(times) >= rule.ceiling or sum(times[1:]) >= rule.limit_ns:
            return WarmUp(tuple(times), False)


def _steady(times: list[int], tolerance: float) -> bool:
    half = min(_WINDOW, max(1, len(times) // 2))
    newer, older = times[-half:], times[-2 * half : -half]
    return median(newer) >= (1 - tolerance) * median(older)
