"""Bucket boundaries: the padded lengths for which padding and number of batches cost least.

Choosing padded lengths for a multiset of lengths is one-dimensional clustering under a monotone
cost; an optimal choice takes its boundaries from the lengths themselves, and dynamic programming
over the D sorted distinct lengths finds it exactly: in O(D^2) where every batch has a price, in
O(K * D^2) for the least padding with K lengths.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

MAX_BUCKETS = 32


def boundaries(lengths: Sequence[int] | np.ndarray, count: int) -> tuple[int, ...]:
    """Return at most ``count`` padded lengths, ascending, with the least total padding.

    Every length is at most the last boundary, which is the longest length. Fewer
    boundaries come back where fewer distinct lengths exist.

    Raises:
        ValueError: no lengths, or ``count`` below 1.
    """
    return _paths(lengths, count)[-1]


def cheapest_boundaries(
    lengths: Sequence[int] | np.ndarray,
    rows: Callable[[int], int],
    batch_cost: float,
    most: int = MAX_BUCKETS,
) -> tuple[int, ...]:
    """Return the boundaries for which padded tokens and a price for batches are least, ascending.

    Args:
        lengths: real tokens of each row.
        rows: returns how many rows of a padded length make a batch.
        batch_cost: of each batch, full or not, in padded tokens.
        most: boundaries at most; where the cheapest are more, those that pad least.

    Raises:
        ValueError: no lengths.
    """
    distinct, before = _distinct(lengths)
    least = np.zeros(len(distinct) + 1)
    choice = np.zeros(len(distinct) + 1, dtype=np.int64)
    for j, edge in enumerate(distinct.tolist(), 1):
        members = before[j] - before[:j]
        batches = -(-members // rows(edge))
        costs = least[:j] + edge * members + batch_cost * batches
        choice[j] = int(np.argmin(costs))
        least[j] = costs[choice[j]]
    path: list[int] = []
    j = len(distinct)
    while j:
        path.append(int(distinct[j - 1]))
        j = int(choice[j])
    return tuple(reversed(path)) if len(path) <= most else boundaries(lengths, most)


def padded(lengths: Sequence[int] | np.ndarray, edges: Sequence[int]) -> np.ndarray:
    """Return for each length the smallest boundary that holds it, shape ``(n,)``."""
    ordered = np.asarray(edges)
    return ordered[np.searchsorted(ordered, np.asarray(lengths))]


def _paths(lengths: Sequence[int] | np.ndarray, most: int) -> list[tuple[int, ...]]:
    """The optimal boundaries for 1, 2, ... ``most`` buckets, as far as they differ."""
    if most < 1:
        raise ValueError(f"expected at least one bucket, found {most}")
    distinct, before = _distinct(lengths)
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


def _distinct(lengths: Sequence[int] | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct lengths, ascending, and how many lengths are below each, and below none."""
    if not len(lengths):
        raise ValueError("no lengths to choose buckets for")
    distinct, counts = np.unique(np.asarray(lengths), return_counts=True)
    return distinct, np.concatenate([[0], np.cumsum(counts)])
