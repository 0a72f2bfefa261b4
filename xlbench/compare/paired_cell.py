"""One cell, open in the workers of a pair of processes, or of as many as there are arms."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from xlbench.cell import ArmCell, Cell
from xlbench.compare.record import Record
from xlbench.flags import Flag
from xlbench.interrupts import unbroken
from xlbench.probes.registry import COLUMNS, added
from xlbench.results.parts import PartWriter
from xlbench.results.schema import Row
from xlbench.run import rows
from xlbench.stats.observations import Turns
from xlbench.workers.protocol import Turned

_PEAKS = ("peak_vram_allocated_bytes", "peak_rss_bytes")
_OF_FIRST = frozenset(
    (
        *("reference_ns", "first_batch_ns", "warm_up_passes"),
        *("tokenize_ns", "decode_ns", "pass_ns", "n_non_finite"),
        *("metric_name", "metric_value", "metric_lo", "metric_hi", "metrics_json"),
        *(column.name for column in COLUMNS),
    )
)
"""Columns of a visit that measures more than batches; a turn has readings of its own."""


class ArmVisit:
    """One arm's turns in a cell, as visits that follow the first one: it takes what turns bring
    until that is stored, and then begins anew.

    Args:
        first: row of the visit that opened the cell.
        digest: of the batches, which must stay the same.
        numbers: of visits to come.

    Attributes:
        first, digest: as above.
        row: of the ``visits`` table; it grows with every turn.
        sample_rows: of the turns since the row was begun.
    """

    def __init__(self, first: Row, digest: str, numbers: Iterator[int]) -> None:
        self.first, self.digest = first, digest
        self.sample_rows: list[Row] = []
        self._numbers, self.row = numbers, in_turns(first, next(numbers))

    def add(self, turn: int, reply: Turned) -> None:
        """Take what a turn brought."""
        row = self.row
        key = ArmCell(*(row[name] for name in ArmCell._fields))
        stored = rows.sample_rows(key, row["visit"], row["process"], reply.samples)
        if self.sample_rows:
            readings = added({name: row[name] for name in reply.readings}, reply.readings)
        else:
            row["started_unix_ns"] = time.time_ns() - reply.spent_ns
            readings = dict(reply.readings)
        self.sample_rows += [sample | {"turn": turn} for sample in stored]
        row |= readings
        row["spent_ns"] += reply.spent_ns
        row["flags"] = sorted({*row["flags"], *reply.flags})

    def fail(self, error: str) -> None:
        """Note that a turn failed."""
        self.row |= {"status": "failed", "error": error}

    def store(self, writer: PartWriter) -> None:
        """Hand on what the turns brought since the last time, if anything."""
        if self.sample_rows or self.row["status"] == "failed":
            with unbroken():
                writer.add([self.row], self.sample_rows)
                self.sample_rows, self.row = [], in_turns(self.first, next(self._numbers))


def in_turns(first: Row, visit: int) -> dict[str, Any]:
    """Return the row of a visit in turns that has brought nothing yet.

    Args:
        first: row of the visit that opened the cell; what only that one measured is left out.
        visit: the number of the new one.
    """
    row = {name: value for name, value in first.items() if name not in _OF_FIRST}
    flags = [flag for flag in first["flags"] if flag != Flag.COLD_START]
    whole = None if first["complete"] is None else False
    return row | {"visit": visit, "spent_ns": 0, "flags": flags, "complete": whole}


@dataclass(slots=True)
class PairedCell:
    """A cell in the present pair of processes.

    Attributes:
        cell: which.
        visits: the turns of each arm, by its text, those of the first arm first.
        units: that all run in turns.
        whole: the arms have other batches than each other, so a turn is a whole pass.
        per_turn: units of a turn, where it is not a whole pass.
        turns: the times so far of each other arm with those of the first.
    """

    cell: Cell
    visits: Mapping[str, ArmVisit]
    units: tuple[int, ...]
    whole: bool
    per_turn: int = 1
    turns: Mapping[str, Turns] = field(init=False)

    def __post_init__(self) -> None:
        self.turns = {arm: Turns() for arm in list(self.visits)[1:]}

    @property
    def taken(self) -> int:
        """The number of units so far, of the arms that took the most."""
        return max(len(turns.units) for turns in self.turns.values())

    def here(self, record: Record) -> list[str]:
        """Return the arms that are still compared in this cell: the first and others, or none."""
        there = [arm for arm in record.going(self.cell) if arm in self.visits]
        return there if len(there) > 1 else []

    def observe(self, record: Record, pair: int) -> None:
        """Add the log ratios that this pair of processes brought."""
        for arm in self.here(record)[1:]:
            self.turns[arm].observe(record.observations[arm], self.cell, pair)
            a, b = self.visits[record.first].first, self.visits[arm].first
            name = next((name for name in _PEAKS if a[name] and b[name]), None)
            if name is not None:
                ratio = float(np.log(b[name] / a[name]))
                record.observations[arm].add("memory", self.cell, pair, ratio)

    def store(self, writer: PartWriter) -> None:
        """Hand all arms' rows on."""
        for visit in self.visits.values():
            visit.store(writer)
