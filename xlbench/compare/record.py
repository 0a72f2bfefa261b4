"""What a comparison has brought so far, over all pairs of processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from xlbench.cell import Cell
from xlbench.metrics.measure import Measure
from xlbench.stats.observations import Observations


@dataclass(slots=True)
class Record:
    """Grows as the pairs of processes are run.

    Attributes:
        observations: log ratios B/A by pair of processes.
        measures: main metric by (arm's text, cell).
        failed: cells that failed, and why.
        predicted: (arm's text, cell) whose predictions are made.
        visits, turns: numbers to come.
    """

    observations: Observations = field(default_factory=Observations)
    measures: dict[tuple[str, Cell], Measure] = field(default_factory=dict)
    failed: dict[Cell, str] = field(default_factory=dict)
    predicted: set[tuple[str, Cell]] = field(default_factory=set)
    visits: Iterator[int] = field(default_factory=count)
    turns: Iterator[int] = field(default_factory=count)
