"""How sums of statistics become percentages.

Every function takes sums of shape ``(..., k)`` and returns values of shape ``(...)`` in
percent, with the operations in the order of the official scripts, because their last bit
depends on it.
"""

from __future__ import annotations

import numpy as np


def share(sums: np.ndarray) -> np.ndarray:
    """Return correct over total of ``(correct, total)``, 0 where the total is 0.

    Source: ``accuracy`` in google-research/xtreme, ``evaluate.py``.
    """
    return _over(sums[..., 0], sums[..., 1]) * 100


def mean(sums: np.ndarray) -> np.ndarray:
    """Return the mean of ``(sum of scores, total)``, 0 where the total is 0.

    Source: the end of ``evaluate`` in the SQuAD v1.1 and the MLQA script.
    """
    return _over(100.0 * sums[..., 0], sums[..., 1])


def precision(sums: np.ndarray) -> np.ndarray:
    """Return correct over predicted of ``(correct, predicted, gold)``, 0 without predicted."""
    return _over(sums[..., 0], sums[..., 1]) * 100


def recall(sums: np.ndarray) -> np.ndarray:
    """Return correct over gold of ``(correct, predicted, gold)``, 0 without gold."""
    return _over(sums[..., 0], sums[..., 2]) * 100


def f1(sums: np.ndarray) -> np.ndarray:
    """Return the harmonic mean of precision and recall of ``(correct, predicted, gold)``.

    0 where nothing is correct. Source: ``f1_score`` of seqeval 0.0.12, and ``bucc_f1`` in
    google-research/xtreme, ``evaluate.py``.
    """
    p = _over(sums[..., 0], sums[..., 1])
    r = _over(sums[..., 0], sums[..., 2])
    return _over(2 * p * r, p + r) * 100


def _over(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    some = denominator > 0
    return np.where(some, numerator / np.where(some, denominator, 1.0), 0.0)
