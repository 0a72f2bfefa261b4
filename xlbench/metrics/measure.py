"""A metric as one row of sufficient statistics per example, and how their sums combine.

Kept apart, so that a bootstrap over examples needs no prediction a second time: it weights
rows, adds them up and combines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """One metric of one cell.

    Attributes:
        name: as XTREME's ``evaluate.py`` prints it (``accuracy``, ``f1``, ...).
        ids: for each row the id of the prediction it belongs to.
        statistics: float64, shape ``(n, k)``, one row per example.
        combine: sums of rows, shape ``(..., k)``, to values in percent, shape ``(...)``.
    """

    name: str
    ids: Sequence[str]
    statistics: np.ndarray
    combine: Callable[[np.ndarray], np.ndarray]

    def __post_init__(self) -> None:
        if self.statistics.ndim != 2 or len(self.statistics) != len(self.ids):
            raise ValueError(
                f"{self.name}: expected statistics of shape ({len(self.ids)}, k), "
                f"found {self.statistics.shape}"
            )
        if not self.ids:
            raise ValueError(f"{self.name}: no examples to measure")

    @property
    def value(self) -> float:
        """The metric over all examples, in percent.

        The rows are added one after the other, as the official scripts add them, so that the
        result is theirs to the last bit.
        """
        return float(self.combine(np.cumsum(self.statistics, axis=0)[-1]))
