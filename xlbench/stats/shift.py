"""How far one sample lies above another: the Hodges-Lehmann shift and its exact interval.

The shift is the median of all differences ``b - a``. Its interval lies between two order
statistics of these differences, which the distribution of the Mann-Whitney statistic gives
without an assumption about the shape (Hollander, Wolfe and Chicken, Nonparametric
Statistical Methods, 3rd ed. 2014, sections 4.2 and 4.3).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

_LARGEST_EXACT = 2500
"""Products of sizes up to which the distribution is enumerated; beyond it is normal."""


@dataclass(frozen=True, slots=True)
class Shift:
    """An estimated shift; without bounds where the samples are too small for the level."""

    value: float
    lo: float | None
    hi: float | None


def shift(a: np.ndarray, b: np.ndarray, level: float = 0.95) -> Shift:
    """Return the shift from ``a`` to ``b``, shapes ``(n,)`` and ``(m,)``, both not empty."""
    differences = np.sort((b[:, None] - a[None, :]).ravel())
    value = float(np.median(differences))
    rank = lower_rank(len(a), len(b), (1 - level) / 2)
    if rank == 0:
        return Shift(value, None, None)
    return Shift(value, float(differences[rank - 1]), float(differences[-rank]))


@lru_cache(maxsize=4096)
def lower_rank(n: int, m: int, tail: float) -> int:
    """Return the rank (1-based) of the difference that bounds the shift from below.

    It is the largest k with P(U <= k - 1) <= ``tail``; 0: there is none.
    """
    if n * m > _LARGEST_EXACT:
        return _normal_rank(n, m, tail)
    counts = _mann_whitney(n, m)
    allowed = tail * math.comb(n + m, n)
    below = rank = 0
    for count in counts:
        below += count
        if below > allowed:
            break
        rank += 1
    return rank


def _mann_whitney(n: int, m: int) -> list[int]:
    """Return how many arrangements have U = 0, 1, ..., n * m.

    The generating function is the Gaussian binomial coefficient, the product of
    ``(1 - q**(m + i)) / (1 - q**i)`` over i = 1 .. n.
    """
    counts = [1] + [0] * (n * m)
    for i in range(1, n + 1):
        for k in range(len(counts) - 1, m + i - 1, -1):
            counts[k] -= counts[k - m - i]
        for k in range(i, len(counts)):
            counts[k] += counts[k - i]
    return counts


def _normal_rank(n: int, m: int, tail: float) -> int:
    from xlbench.stats.student import quantile

    spread = math.sqrt(n * m * (n + m + 1) / 12)
    return max(0, math.floor(n * m / 2 + quantile(tail, math.inf) * spread))
