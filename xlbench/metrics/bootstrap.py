"""Intervals of a metric by resampling examples (percentile bootstrap).

Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13. Equal rows
of statistics are one row with a count; the counts of a resample are then multinomial, which
is the same distribution at a cost that depends on the distinct rows only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from xlbench.errors import UserError
from xlbench.metrics.measure import Measure

RESAMPLES = 2000
_CHUNK_BYTES = 32 * 2**20


def interval(
    measure: Measure, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[float, float]:
    """Return the percentile interval of ``measure``, in percent; the same for the same seed.

    Args:
        measure: the metric.
        level: the probability to cover, 0 to 1.
        resamples: how often to resample.
        seed: of the resampling.
    """
    return _percentiles(measure.statistics, measure.combine, level, resamples, seed)


def paired_interval(
    a: Measure, b: Measure, level: float = 0.95, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[float, float]:
    """Return the percentile interval of ``b`` minus ``a``, in percentage points.

    Both are resampled together, so that what an example has in common for both cancels.

    Raises:
        UserError: the two do not measure the same thing on the same examples.
    """
    if a.name != b.name or a.ids != b.ids:
        raise UserError(
            f"cannot pair {a.name} of {len(a.ids)} examples with {b.name} of {len(b.ids)}: "
            "expected the same metric on the same examples. Run both arms on the same data."
        )
    width = a.statistics.shape[1]

    def difference(sums: np.ndarray) -> np.ndarray:
        change: np.ndarray = b.combine(sums[..., width:]) - a.combine(sums[..., :width])
        return change

    both = np.concatenate((a.statistics, b.statistics), axis=1)
    return _percentiles(both, difference, level, resamples, seed)


def _percentiles(
    statistics: np.ndarray,
    combine: Callable[[np.ndarray], np.ndarray],
    level: float,
    resamples: int,
    seed: int,
) -> tuple[float, float]:
    if not 0 < level < 1:
        raise ValueError(f"level: expected a number between 0 and 1, found {level}")
    values = np.concatenate([combine(sums) for sums in _sums(statistics, resamples, seed)])
    lo, hi = np.quantile(values, ((1 - level) / 2, (1 + level) / 2))
    return float(lo), float(hi)


def _sums(statistics: np.ndarray, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """Yield sums of resampled rows, shape ``(some, k)``, in memory of a few chunks."""
    rows, counts = np.unique(statistics, axis=0, return_counts=True)
    n, draw = len(statistics), np.random.default_rng(seed)
    chunk = max(1, _CHUNK_BYTES // (8 * len(rows)))
    for start in range(0, resamples, chunk):
        some = min(chunk, resamples - start)
        yield draw.multinomial(n, counts / n, size=some).astype(np.float64) @ rows
