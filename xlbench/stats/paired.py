"""One value for one pair of processes and one cell, from batches that both ran in turns."""

from __future__ import annotations

import numpy as np

from xlbench.stats.percentiles import percentile

MIN_PAIRS = 6
"""Paired batches behind a value: fewer bound no median."""


def median_log_ratio(a: np.ndarray, b: np.ndarray) -> float | None:
    """Return the median of ``log(b / a)`` over paired batches; ``None`` with fewer than six.

    What disturbs both batches of a pair cancels; what disturbs one is one value of many.

    Args:
        a, b: latencies of the same batches, same order, shape ``(pairs,)``.
    """
    if len(a) < MIN_PAIRS:
        return None
    return float(np.median(np.log(b / a)))


def percentile_log_ratio(a: np.ndarray, b: np.ndarray, q: float) -> float | None:
    """Return the log ratio of a percentile; ``None`` where the samples can't bound it."""
    pa, pb = percentile(a, q), percentile(b, q)  # type: ignore[arg-type]
    if pa is None or pb is None:
        return None
    return float(np.log(pb.value / pa.value))


def work_log_ratio(units: np.ndarray, a: np.ndarray, b: np.ndarray) -> float | None:
    """Return the log ratio of the time for all batches: the sum over batches of each's median.

    A pass takes every batch once, so a slowdown of long batches alone shows here in
    proportion to the time that they take. Throughput is its inverse.

    Args:
        units: which batch each pair is of, shape ``(pairs,)``.
        a, b: latencies, same shape.
    """
    if len(a) < MIN_PAIRS:
        return None
    order = np.argsort(units, kind="stable")
    edges = np.flatnonzero(np.diff(units[order])) + 1
    total_a = sum(float(np.median(part)) for part in np.split(a[order], edges))
    total_b = sum(float(np.median(part)) for part in np.split(b[order], edges))
    return float(np.log(total_b / total_a))
