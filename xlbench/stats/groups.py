"""Rows that share a label."""

from __future__ import annotations

import numpy as np


def rows_by(labels: np.ndarray) -> dict[int, np.ndarray]:
    """Return the indices of the rows of each label, ascending; labels are whole numbers.

    Args:
        labels: shape ``(rows,)``.
    """
    if not len(labels):
        return {}
    order = np.argsort(labels, kind="stable")
    edges = np.flatnonzero(np.diff(labels[order])) + 1
    return {int(labels[part[0]]): part for part in np.split(order, edges)}
