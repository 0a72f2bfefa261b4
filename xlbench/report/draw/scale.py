"""From values to pixels, and where the ticks of an axis are."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_LADDER = (1, 1.5, 2, 3, 5, 7)


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from ``low`` at ``first_px`` to ``high`` at ``last_px``, linear or logarithmic."""

    low: float
    high: float
    first_px: float
    last_px: float
    log: bool = False

    def px(self, value: float) -> float:
        """Return the pixel of a value; one outside the axis lies at its end."""
        low, high, at = self._places(value)
        share = min(1.0, max(0.0, (at - low) / (high - low)))
        return round(self.first_px + share * (self.last_px - self.first_px), 1)

    def holds(self, value: float) -> bool:
        """Tell whether a value lies on the axis."""
        return self.low <= value <= self.high

    def ticks(self, about: int = 6) -> list[float]:
        """Return round values on the axis, about as many as asked for."""
        return (log_ticks if self.log else ticks)(self.low, self.high, about)

    def _places(self, value: float) -> tuple[float, float, float]:
        if not self.log:
            return self.low, self.high, value
        return math.log(self.low), math.log(self.high), math.log(max(value, self.low))


def linear(values: Iterable[float], first_px: float, last_px: float, room: float = 0.07) -> Scale:
    """Return an axis that holds the values; the arguments are those of ``logarithmic``."""
    known = list(values)
    low, high = min(known), max(known)
    margin = room * (high - low) or 0.1 * abs(high) or 1.0
    return Scale(low - margin, high + margin, first_px, last_px)


def logarithmic(
    values: Iterable[float], first_px: float, last_px: float, room: float = 0.06
) -> Scale:
    """Return a logarithmic axis that holds the values, all above 0.

    Args:
        values: at least one.
        first_px, last_px: where it begins and ends.
        room: share of the values' span that is left free at each end.
    """
    known = list(values)
    low, high = min(known), max(known)
    margin = max((high / low) ** room, 1.02)
    return Scale(low / margin, high * margin, first_px, last_px, log=True)


def ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Return round numbers between ``low`` and ``high``: 1, 2 or 5 times a power of ten apart."""
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step), math.ceil(high / step)
    values = (_rounded(n * step) for n in range(first, last + 1))
    return list(dict.fromkeys(value for value in values if low <= value <= high))


def log_ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Return round numbers between ``low`` and ``high`` that are about evenly far on a log axis.

    Where the axis spans less than a factor of two, those of a linear axis.
    """
    if high < 2 * low:
        return ticks(low, high, about)
    powers = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
    every = [_rounded(m * 10.0**p) for p in powers for m in _LADDER]
    found: Sequence[float] = [value for value in every if low <= value <= high]
    for kept in ((1, 2, 3, 5), (1, 2, 5), (1, 3), (1,)):
        if len(found) <= about:
            break
        found = [value for value in found if _leading(value) in kept]
    return list(found)


def _leading(value: float) -> float:
    return _rounded(value / 10.0 ** math.floor(math.log10(value) + 1e-9))


def _rounded(value: float) -> float:
    return float(f"{value:.12g}")
