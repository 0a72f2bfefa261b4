"""Margins: how much closer two sentences are than their neighbours.

Source: Artetxe and Schwenk 2019 (arXiv 1811.01136), section 3.2; float32 throughout, as in
LASER's and XTREME's ``utils_retrieve.py``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Margin = Callable[[np.ndarray, np.ndarray], np.ndarray]

MARGINS: dict[str, Margin] = {
    "ratio": lambda similarity, around: similarity / around,
    "distance": lambda similarity, around: similarity - around,
    "absolute": lambda similarity, around: similarity,
}


def candidate_margins(
    similarities: np.ndarray,
    neighbours: np.ndarray,
    own_mean: np.ndarray,
    other_mean: np.ndarray,
    margin: Margin,
) -> np.ndarray:
    """Return the margin of each sentence with each of its neighbours, shape ``(n, k)``.

    Args:
        similarities: float32, shape ``(n, k)``.
        neighbours: indices into the other side, of the same shape.
        own_mean: mean similarity of each sentence to its neighbours, shape ``(n,)``.
        other_mean: the same for the other side, shape ``(m,)``.
        margin: one of ``MARGINS``; what it compares with is the mean of both means.
    """
    around = (own_mean[:, None] + other_mean[neighbours]) / np.float32(2)
    return margin(similarities, around)
