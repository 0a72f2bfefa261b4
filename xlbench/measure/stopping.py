"""When a cell has been measured enough: precision reached, or budget used up.

A criterion looks at the samples so far and at nothing else; a new one is one function.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlbench.stats.groups import rows_by
from xlbench.stats.percentiles import percentile


def precise_p50(latencies_ns: Sequence[int], precision: float, floor: int) -> bool:
    """Tell whether the p50 is known within ``precision`` from at least ``floor`` samples.

    ``precision`` is the half-width of the 95 % interval over the value.
    """
    if len(latencies_ns) < floor:
        return False
    p50 = percentile(latencies_ns, 0.5)
    return p50 is not None and p50.half_width <= precision


def precise_batches(
    units: Sequence[int], latencies_ns: Sequence[int], precision: float, floor: int = 6
) -> bool:
    """Tell whether the batches of a pass are known within ``precision``.

    Batches differ in size, so each latency is taken relative to the median of its own
    batch; what is left is noise, and the p50 of all of it must be known. Batches that ran
    once tell nothing about noise and don't count.
    """
    times = np.asarray(latencies_ns, dtype=float)
    groups = [times[rows] for rows in rows_by(np.asarray(units)).values()]
    repeated = [group / np.median(group) for group in groups if len(group) > 1]
    if not repeated:
        return False
    pooled = np.concatenate(repeated)
    p50 = percentile(pooled.tolist(), 0.5) if len(pooled) >= floor else None
    return p50 is not None and p50.half_width <= precision
