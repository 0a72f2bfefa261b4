"""The cells of a result as a report sees them: the one place that reads rows by column name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from xlbench.cell import Cell, Scenario
from xlbench.printable import printable
from xlbench.report.plausible import plausible
from xlbench.results.schema import Row


class Interval(NamedTuple):
    """A value with its 95 % interval; without one both ends are ``None``."""

    value: float
    lo: float | None = None
    hi: float | None = None


@dataclass(frozen=True, slots=True)
class SeenCell:
    """One row of ``cells.parquet``.

    Attributes:
        arm: what was measured, as the report names it.
        disturbed_by: what disturbed its samples.
        values: what was measured, by column: only numbers that can have been measured.
        texts: columns of text, by name.
    """

    arm: str
    task: str
    language: str
    scenario: Scenario
    status: str
    flags: tuple[str, ...]
    disturbed_by: tuple[str, ...]
    values: Mapping[str, float]
    texts: Mapping[str, str]

    @property
    def cell(self) -> Cell:
        """What was measured, whatever the arm."""
        return Cell(self.task, self.language, self.scenario)

    def number(self, column: str) -> float | None:
        """Return a value; ``None`` where it was not measured."""
        return self.values.get(column)

    def interval(self, column: str) -> Interval | None:
        """Return a value with its interval; ``None`` where it was not measured.

        The ends of ``latency_p50_ms`` are ``latency_p50_lo_ms`` and ``latency_p50_hi_ms``,
        those of ``metric_value`` are ``metric_lo`` and ``metric_hi``.
        """
        value = self.values.get(column)
        if value is None:
            return None
        stem, _, unit = column.rpartition("_")
        ends = (f"{stem}_{end}" if unit == "value" else f"{stem}_{end}_{unit}" for end in _ENDS)
        lo, hi = map(self.values.get, ends)
        return Interval(value, lo, hi) if lo is not None and hi is not None else Interval(value)

    def peak_bytes(self) -> float | None:
        """Return peak memory: the device's where there is one, else the host's."""
        device = self.values.get("peak_vram_allocated_bytes")
        return device if device is not None else self.values.get("peak_rss_bytes")

    def named(self, arm: str) -> SeenCell:
        """Return the cell under another name of its arm."""
        return replace(self, arm=arm)


_ENDS = ("lo", "hi")


def seen_cells(rows: Iterable[Row]) -> tuple[SeenCell, ...]:
    """Return the cells of rows of the ``cells`` table; columns they lack were not measured."""
    return tuple(map(_seen, rows))


def _seen(row: Row) -> SeenCell:
    return SeenCell(
        printable(row["arm"]),
        row["task"],
        row["language"],
        row["scenario"],
        row["status"],
        tuple(row.get("flags") or ()),
        tuple(row.get("disturbed_by") or ()),
        {name: float(value) for name, value in row.items() if plausible(name, value)},
        {name: printable(value) for name, value in row.items() if isinstance(value, str)},
    )
