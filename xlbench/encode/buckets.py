"""Bucket boundaries: the padded lengths that waste least for a given number of shapes.

Choosing K padded lengths for a multiset of lengths so that the sum of paddings is least
is one-dimensional clustering under a monotone cost; an optimal choice takes its boundaries
from the lengths themselves, and dynamic programming over the sorted distinct lengths finds
it exactly in O(K * D^2) for D distinct lengths.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

MAX_BUCKETS = 32
TARGET_EFFICIENCY = 0.97


def boundaries(lengths: Sequence[int] | np.ndarray, count: int) -> tuple[int, ...]:
    """Return at most ``count`` padded lengths, ascending, with the least total padding.

    Every length is at most the last boundary, which is the longest length. Fewer
    boundaries come back where fewer distinct lengths exist.

    Raises:
        ValueError: no lengths, or ``count`` below 1.
    """
    return _paths(lengths, count)[-1]


def fewest_boundaries(
    lengths: Sequence[int] | np.ndarray,
    efficiency: float = TARGET_EFFICIENCY,
    most: int = MAX_BUCKETS,
) -> tuple[int, ...]:
    """Return the fewest optimal boundaries that reach a padding efficiency.

    Padding efficiency is real tokens over padded tokens. Where ``most`` boundaries do not
    reach it, ``most`` optimal ones are returned.
    """
    values = np.asarray(lengths)
    paths = _paths(lengths, most)
    for path in paths:
        if values.sum() >= efficiency * padded(lengths, path).sum():
            return path
    return paths[-1]


def padded(lengths: Sequence[int] | np.ndarray, edges: Sequence[int]) -> np.ndarray:
    """Return for each length the smallest boundary that holds it, shape ``(n,)``."""
    ordered = np.asarray(edges)
    return ordered[np.searchsorted(ordered, np.asarray(lengths))]


def _paths(lengths: Sequence[int] | np.ndarray, most: int) -> list[tuple[int, ...]]:
    """The optimal boundaries for 1, 2, ... ``most`` buckets, as far as they differ."""
    if most < 1:
        raise ValueError(f"expected at least one bucket, found {most}")
    if not len(lengths):
        raise ValueError("no lengths to choose buckets for")
    distinct, counts = np.unique(np.asarray(lengths), return_counts=True)
    before = np.concatenate([[0], np.cumsum(counts)])
    # least[j]: padded tokens of the j shortest distinct lengths with the buckets so far.
    least = np.where(np.arange(len(distinct) + 1) == 0, 0, np.inf)
    choices: list[np.ndarray] = []
    paths = []
    for _ in range(min(most, len(distinct))):
        following = np.full_like(least, np.inf)
        choice = np.zeros(len(least), dtype=np.int64)
        for j in range(1, len(least)):
            costs = least[:j] + distinct[j - 1] * (before[j] - before[:j])
            choice[j] = int(np.argmin(costs))
            following[j] = costs[choice[j]]
        choices.append(choice)
        least = following
        path, j = [], len(distinct)
        for made in reversed(choices):
            path.append(int(distinct[j - 1]))
            j = int(made[j])
        paths.append(tuple(reversed(path)))
    return paths
