"""One cell, open in both workers of a pair of processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from xlbench.cell import ArmCell, Cell
from xlbench.probes.registry import added
from xlbench.results.parts import PartWriter
from xlbench.run import rows
from xlbench.stats.observations import Observations, Turns
from xlbench.workers.protocol import Turned

_PEAKS = ("peak_vram_allocated_bytes", "peak_rss_bytes")


@dataclass(slots=True)
class ArmVisit:
    """One arm's visit to the cell: its row grows with every turn.

    Attributes:
        row: of the ``visits`` table.
        digest: of the batches, which must stay the same.
        sample_rows: of the ``samples`` table.
    """

    row: dict[str, Any]
    digest: str
    sample_rows: list[dict[str, Any]]

    def add(self, turn: int, reply: Turned) -> None:
        """Take what a turn brought."""
        key = ArmCell(*(self.row[name] for name in ArmCell._fields))
        visit, process = self.row["visit"], self.row["process"]
        stored = rows.sample_rows(key, visit, process, reply.samples)
        self.sample_rows += [row | {"turn": turn} for row in stored]
        so_far = {name: self.row[name] for name in reply.readings}
        self.row |= added(so_far, reply.readings)
        self.row["spent_ns"] += reply.spent_ns
        self.row["flags"] = sorted({*self.row["flags"], *reply.flags})

    def fail(self, error: str) -> None:
        """Note that a turn failed."""
        self.row |= {"status": "failed", "error": error}

    def store(self, writer: PartWriter) -> None:
        """Hand the rows on."""
        writer.add([self.row], self.sample_rows)


@dataclass(slots=True)
class PairedCell:
    """A cell in the present pair of processes.

    Attributes:
        cell: which.
        visits: of arm A and arm B.
        units: that both run in turns.
        whole: the arms have other batches than each other, so a turn is a whole pass.
        per_turn: units of a turn, where it is not a whole pass.
        turns: the times so far.
    """

    cell: Cell
    visits: tuple[ArmVisit, ArmVisit]
    units: tuple[int, ...]
    whole: bool
    per_turn: int = 1
    turns: Turns = field(default_factory=Turns)

    def observe(self, to: Observations, pair: int) -> None:
        """Add the log ratios that this pair of processes brought."""
        self.turns.observe(to, self.cell, pair)
        a, b = (visit.row for visit in self.visits)
        for name in _PEAKS:
            if a[name] and b[name]:
                to.add("memory", self.cell, pair, float(np.log(b[name] / a[name])))
                return

    def store(self, writer: PartWriter) -> None:
        """Hand both arms' rows on."""
        for visit in self.visits:
            visit.store(writer)
