"""What a comparison has brought so far, over all pairs of processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from itertools import count

from xlbench.cell import Cell
from xlbench.metrics.measure import Measure
from xlbench.stats.observations import Observations


@dataclass(slots=True)
class Record:
    """Grows as the pairs of processes are run.

    Attributes:
        cells: those that each arm has, by its text; the first arm is the one that all others are
            held against.
        observations: log ratios over the first arm, by pair of processes, for each other arm.
        measures: main metric by (arm's text, cell).
        failures: (arm's text, cell) that failed, and why.
        predicted: (arm's text, cell) whose predictions are made.
        visits, turns: numbers to come.
    """

    cells: Mapping[str, Set[Cell]]
    observations: dict[str, Observations] = field(default_factory=dict)
    measures: dict[tuple[str, Cell], Measure] = field(default_factory=dict)
    failures: dict[tuple[str, Cell], str] = field(default_factory=dict)
    predicted: set[tuple[str, Cell]] = field(default_factory=set)
    visits: Iterator[int] = field(default_factory=count)
    turns: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.observations = {arm: Observations() for arm in self.others}

    @property
    def first(self) -> str:
        """The arm that all others are held against."""
        return next(iter(self.cells))

    @property
    def others(self) -> list[str]:
        """The arms that are held against the first."""
        return list(self.cells)[1:]

    def fail(self, arm: str, cell: Cell, error: str) -> None:
        """Note that a cell failed in an arm, which is then out of it."""
        self.failures.setdefault((arm, cell), error)

    def going(self, cell: Cell) -> list[str]:
        """Return the arms that are still compared in a cell: the first and others, or none."""
        there = [
            arm
            for arm, cells in self.cells.items()
            if cell in cells and (arm, cell) not in self.failures
        ]
        return there if len(there) > 1 and there[0] == self.first else []

    def errors(self, arm: str) -> dict[Cell, str]:
        """Return the cells in which the first arm or this one failed, and why."""
        return {
            cell: why for (text, cell), why in self.failures.items() if text in (self.first, arm)
        }

    @property
    def failed(self) -> dict[Cell, str]:
        """The cells in which nothing is compared any more, and why that began."""
        found: dict[Cell, str] = {}
        for (_, cell), why in self.failures.items():
            if not self.going(cell):
                found.setdefault(cell, why)
        return found
