"""One value for one pair of processes and one cell, from batches that both ran in turns."""

from __future__ import annotations

import numpy as np

from xlbench.stats.groups import rows_by
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
    """Return the log ratio of the time for all batches, each taken once.

    A batch's time in each arm is its typical time (the geometric mean over both arms)
    multiplied or divided by the root of the median ratio of its pairs: pairs cancel what
    disturbs both arms, and a slowdown of long batches alone shows in proportion to the
    time that they take. Throughput is the inverse.

    Args:
        units: which batch each pair is of, shape ``(pairs,)``.
        a, b: latencies, same shape.
    """
    if len(a) < MIN_PAIRS:
        return None
    logs_a, logs_b = np.log(a), np.log(b)
    total_a = total_b = 0.0
    for pairs in rows_by(units).values():
        mine, its = logs_a[pairs], logs_b[pairs]
        typical = (np.median(mine) + np.median(its)) / 2
        half = np.median(its - mine) / 2
        total_a += float(np.exp(typical - half))
        total_b += float(np.exp(typical + half))
    return float(np.log(total_b / total_a))
