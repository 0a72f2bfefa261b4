"""Percentiles with intervals that assume nothing about the distribution.

The interval of a quantile between two order statistics covers it with a probability that
the binomial distribution gives exactly, whatever the continuous distribution is (David and
Nagaraja, Order Statistics, 3rd ed. 2003, section 7.1). Where the sample is too small to
bound it on both sides there is no interval, and no percentile is reported.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Percentile:
    """A percentile with its interval, in the unit of the values."""

    value: float
    lo: float
    hi: float

    @property
    def half_width(self) -> float:
        """Half of the interval over the value: the relative precision."""
        return (self.hi - self.lo) / 2 / self.value if self.value else math.inf


def percentile(values: Sequence[float], q: float, level: float = LEVEL) -> Percentile | None:
    """Return the ``q`` quantile (0 < q < 1) of ``values`` and its interval.

    The value is the linear interpolation between order statistics at ``(n - 1) q`` (type 7
    of Hyndman and Fan 1996, numpy's default).

    Returns:
        ``None`` where no two order statistics bound the quantile at this level.
    """
    ranks = interval_ranks(len(values), q, level)
    if ranks is None:
        return None
    ordered = np.sort(np.asarray(values, dtype=float))
    lo, hi = ordered[ranks[0] - 1], ordered[ranks[1] - 1]
    return Percentile(float(np.quantile(ordered, q)), float(lo), float(hi))


@lru_cache(maxsize=4096)
def interval_ranks(n: int, q: float, level: float = LEVEL) -> tuple[int, int] | None:
    """Return the 1-based ranks (l, u) whose order statistics bound the ``q`` quantile.

    P(X_(l) <= quantile <= X_(u)) = P(l <= B <= u - 1) with B binomial(n, q); the ranks leave
    at most ``(1 - level) / 2`` on each side, so they are the narrowest with equal tails.
    """
    if n < 1:
        return None
    tail = (1 - level) / 2
    below = _cdf(n, q)
    # Largest l with P(B <= l - 1) <= tail, smallest u with P(B >= u) <= tail.
    lower = int(np.searchsorted(below, tail, side="right"))
    upper = int(np.searchsorted(below, 1 - tail, side="left")) + 1
    if lower < 1 or upper > n:
        return None
    return lower, upper


def _cdf(n: int, q: float) -> np.ndarray:
    """P(B <= k) for k = 0 .. n, B binomial(n, q)."""
    k = np.arange(n + 1)
    logs = np.array([math.lgamma(i + 1) for i in range(n + 1)])
    log_pmf = logs[n] - logs[k] - logs[n - k] + k * math.log(q) + (n - k) * math.log1p(-q)
    below: np.ndarray = np.minimum(np.cumsum(np.exp(log_pmf)), 1.0)
    return below
