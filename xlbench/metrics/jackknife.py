"""The standard error of a change of a metric between examples, by leaving each out once.

Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 11. As many values as
examples, where a bootstrap takes thousands of resamples: for many arms and languages at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from xlbench.metrics.measure import Measure


def standard_error(a: Sequence[Measure], b: Sequence[Measure]) -> float | None:
    """Return that of the mean of ``b`` less the mean of ``a``, in percentage points.

    ``None`` where they are not the same metric of the same examples, of two at least, or where
    the metric of all but one example is not a number.
    """
    same = {(measure.name, measure.ids) for measure in (*a, *b)}
    if len(same) != 1 or len(a[0].ids) < 2:
        return None
    left_out = _left_out(b) - _left_out(a)
    if not np.isfinite(left_out).all():
        return None
    n = len(left_out)
    return math.sqrt((n - 1) / n * float(((left_out - left_out.mean()) ** 2).sum()))


def _left_out(measures: Sequence[Measure]) -> np.ndarray:
    """Return the mean over measures of the metric without each example, shape ``(n,)``."""
    each = [m.combine(m.statistics.sum(axis=0) - m.statistics) for m in measures]
    mean: np.ndarray = np.mean(each, axis=0)
    return mean
