"""The samples of all sources, by cell."""

from __future__ import annotations

import numpy as np

from xlbench.cell import ArmCell
from xlbench.report.whole import Whole


def latencies(whole: Whole) -> dict[ArmCell, np.ndarray]:
    """Return the latencies of each cell in ms, sorted; of a cell in two sources the first's."""
    found: dict[ArmCell, np.ndarray] = {}
    for raw in whole.raw.values():
        for cell, values in raw.latencies_ms.items():
            found.setdefault(cell, values)
    return found
