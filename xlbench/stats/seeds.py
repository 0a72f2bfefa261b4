"""The change of a metric over trainings that differ in their seed.

One training says what this seed did. What the recipe does is a mean over seeds, and its
uncertainty has two parts: between seeds (their spread, the seed being the unit) and between
examples (all seeds are scored on the same ones, so their spread does not show it). The half width
of the interval is the root of the sum of the squares of the parts' own: with any number of parts
and degrees of freedom it covers at least as often as it says (Banerjee 1960, Sankhya 22:357); with
three seeds Satterthwaite's degrees of freedom do not. What examples and seeds have in common is in
both parts, so the interval is rather too wide.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from xlbench.stats.effects import MIN_PROCESSES
from xlbench.stats.student import quantile
from xlbench.stats.verdicts import ALPHA, holm

Direction = Literal["up", "down"]
_HALVINGS = 24


@dataclass(frozen=True, slots=True)
class Part:
    """A standard error and its degrees of freedom."""

    se: float
    df: float


@dataclass(frozen=True, slots=True)
class Change:
    """A change with what it may be off by.

    Attributes:
        value: in the metric's unit.
        seeds: the fewest of both sides; with one there is no part of seeds.
        parts: independent of each other.
    """

    value: float
    seeds: int
    parts: tuple[Part, ...]

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the two-sided interval."""
        half = self._half((1 + level) / 2)
        return self.value - half, self.value + half

    @property
    def p(self) -> float:
        """The least 1 - level at which the interval leaves out 0."""
        if not any(part.se for part in self.parts):
            return 0.0 if self.value else 1.0
        low, high = 0.0, 1.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            inside = middle > 0 and self._half(1 - middle / 2) >= abs(self.value)
            low, high = (middle, high) if inside or not middle else (low, middle)
        return high

    def _half(self, probability: float) -> float:
        halves = (quantile(probability, part.df) * part.se for part in self.parts if part.se)
        return math.hypot(*halves)


def change(
    a: Sequence[float], b: Sequence[float], paired: bool, examples: Part | None
) -> Change | None:
    """Return the mean of B less that of A; ``None`` where nothing is known of its uncertainty.

    Args:
        a, b: the metric of each seed.
        paired: whether both have the same seeds, in the same order.
        examples: the standard error of the same change between examples; ``None``: not known.
    """
    if not a or not b:
        return None
    seeds = min(len(a), len(b))
    parts = [] if examples is None else [examples]
    if seeds > 1:
        parts += [_part(np.subtract(b, a))] if paired else [_part(np.array(a)), _part(np.array(b))]
    if not parts:
        return None
    return Change(float(np.mean(b) - np.mean(a)), seeds, tuple(parts))


def directions(changes: Sequence[Change | None], alpha: float = ALPHA) -> list[Direction | None]:
    """Return which changes are proven, corrected for their number (Holm).

    With fewer than three seeds none is: training helped, or this seed did, there is no telling.
    """
    made = holm([_p(change, alpha) for change in changes], alpha)
    return [
        ("up" if change.value > 0 else "down") if ok and change is not None else None
        for change, ok in zip(changes, made, strict=True)
    ]


def _p(change: Change | None, alpha: float) -> float:
    """Return the p value, or 1 where it is above ``alpha``: no correction makes it less."""
    if change is None or change.seeds < MIN_PROCESSES:
        return 1.0
    lo, hi = change.interval(1 - alpha)
    return 1.0 if lo <= 0 <= hi else change.p


def _part(values: np.ndarray) -> Part:
    n = len(values)
    return Part(float(values.std(ddof=1)) / math.sqrt(n), n - 1.0)
