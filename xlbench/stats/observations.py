"""What a paired measurement brought: one log ratio for each quantity, cell and pair of processes.

All ratios are B over A, on a log scale: 0 is no difference, above 0 B has more of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from xlbench.cell import OFFLINE, SINGLE_STREAM, Cell
from xlbench.stats.paired import median_log_ratio, percentile_log_ratio, work_log_ratio

Quantity = Literal["latency_p50", "latency_p95", "end_to_end_p50", "pass_time", "memory"]
QUANTITIES: tuple[Quantity, ...] = (
    "latency_p50",
    "latency_p95",
    "end_to_end_p50",
    "pass_time",
    "memory",
)


def main_quantity(cell: Cell) -> Quantity:
    """Return what the cell's verdict is about: latency, or (offline) the time of a pass."""
    return "latency_p50" if cell.scenario == SINGLE_STREAM else "pass_time"


@dataclass(slots=True)
class Observations:
    """Log ratios by quantity, cell and number of the pair of processes."""

    values: dict[Quantity, dict[Cell, dict[int, float]]] = field(default_factory=dict)

    def add(self, quantity: Quantity, cell: Cell, pair: int, value: float | None) -> None:
        """Take one log ratio; ``None`` is nothing."""
        if value is not None:
            self.values.setdefault(quantity, {}).setdefault(cell, {})[pair] = value

    def table(self, quantity: Quantity, cells: Sequence[Cell]) -> np.ndarray:
        """Return the values, shape ``(pairs, cells)``, NaN where there is none."""
        known = self.values.get(quantity, {})
        pairs = sorted({pair for cell in cells for pair in known.get(cell, {})})
        return np.array(
            [[known.get(cell, {}).get(pair, np.nan) for cell in cells] for pair in pairs]
        ).reshape(len(pairs), len(cells))

    def cells(self) -> list[Cell]:
        """Return all cells with any value, sorted."""
        return sorted({cell for by_cell in self.values.values() for cell in by_cell})


@dataclass(slots=True)
class Turns:
    """The batches that both arms of a pair of processes ran in turns, in one cell."""

    units: list[int] = field(default_factory=list)
    a_ns: list[float] = field(default_factory=list)
    b_ns: list[float] = field(default_factory=list)
    a_end_to_end_ns: list[float] = field(default_factory=list)
    b_end_to_end_ns: list[float] = field(default_factory=list)

    def add(self, units: Iterable[int], a: np.ndarray, b: np.ndarray) -> None:
        """Take a turn: latency (and end to end, below 0 for none) of each arm, ``(n, 2)``."""
        self.units += units
        self.a_ns += a[:, 0].tolist()
        self.b_ns += b[:, 0].tolist()
        if (a[:, 1] > 0).all() and (b[:, 1] > 0).all():
            self.a_end_to_end_ns += a[:, 1].tolist()
            self.b_end_to_end_ns += b[:, 1].tolist()

    def observe(self, to: Observations, cell: Cell, pair: int) -> None:
        """Add the log ratios of these turns to ``to``."""
        units, a, b = np.array(self.units), np.array(self.a_ns), np.array(self.b_ns)
        to.add("latency_p50", cell, pair, median_log_ratio(a, b))
        to.add("latency_p95", cell, pair, percentile_log_ratio(a, b, 0.95))
        if cell.scenario == OFFLINE:
            to.add("pass_time", cell, pair, work_log_ratio(units, a, b))
        ends = np.array(self.a_end_to_end_ns), np.array(self.b_end_to_end_ns)
        to.add("end_to_end_p50", cell, pair, median_log_ratio(*ends))
