"""Which numbers can have been measured at all.

A time of 0, a rate below 0 or a size of 10^300 is no measurement, whatever file it stands in: a
report treats it as what was not measured, and no axis or ratio has to reckon with it.
"""

from __future__ import annotations

import math
from typing import Any

LEAST, MOST = 1e-12, 1e15
"""Of times, sizes, rates and ratios in the units of the tables."""

_METRIC = 1000.0


def plausible(column: str, value: Any) -> bool:
    """Tell whether a value can stand in a column of ``cells.parquet``; a text or null can't."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return False
    if column.startswith("metric"):
        return abs(value) <= _METRIC
    if column.startswith("n_"):
        return value == 0 or 1 <= value <= MOST
    return LEAST <= value <= MOST
