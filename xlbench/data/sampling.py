"""Which examples of a large set stand for all of it: some of every length, drawn from a seed."""

from __future__ import annotations

import numpy as np


def stratified(lengths: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return the indices of ``count`` examples, ascending; of all where there are no more.

    The examples, sorted by length (equal ones in random order), are cut into ``count`` strata of
    as equal a size as can be, and one is drawn from each: proportional allocation (Cochran,
    Sampling Techniques, 1977, section 5.5), so the distribution of lengths, and with it the shapes
    and the cost of batches, is that of all.

    Args:
        lengths: of all examples, in whatever unit.
        count: at least 1.
        seed: of the draw.
    """
    total = len(lengths)
    if count >= total:
        return np.arange(total)
    draw = np.random.default_rng(seed)
    order = np.lexsort((draw.random(total), lengths))
    edges = np.arange(count + 1, dtype=np.int64) * total // count
    return np.sort(order[draw.integers(edges[:-1], edges[1:])])
