"""What a run measured before it was summed up: the samples of each cell, the visits in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from xlbench.cell import ArmCell
from xlbench.printable import printable
from xlbench.report.plausible import LEAST, MOST
from xlbench.results.disturbed import disturbances
from xlbench.results.result import Result
from xlbench.results.schema import Row
from xlbench.stats.groups import rows_by

PAUSE_S = 30.0
"""A longer gap between two visits is shown as this: a run that was resumed days later."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit to a cell.

    Attributes:
        cell: what was visited.
        at_s: seconds of the run, long pauses cut short.
        median_ms: of the latencies; ``None`` where it was not timed.
        reference_ms: the reference kernel right before it.
        disturbed: whether something took time from it.
    """

    cell: ArmCell
    at_s: float
    median_ms: float | None
    reference_ms: float | None
    disturbed: bool


@dataclass(frozen=True, slots=True)
class Raw:
    """The raw tables of a run.

    Attributes:
        visits: that succeeded, in the order in which they were made.
        latencies_ms: of each cell, sorted, shape ``(samples,)``.
    """

    visits: tuple[Visit, ...]
    latencies_ms: Mapping[ArmCell, np.ndarray]

    def named(self, names: Mapping[str, str]) -> Raw:
        """Return the same with arms under the names of the report."""

        def renamed(cell: ArmCell) -> ArmCell:
            return cell._replace(arm=names.get(cell.arm, cell.arm))

        return Raw(
            tuple(replace(visit, cell=renamed(visit.cell)) for visit in self.visits),
            {renamed(cell): values for cell, values in self.latencies_ms.items()},
        )

    def of(self, cells: frozenset[ArmCell]) -> Raw:
        """Return what belongs to these cells."""
        return Raw(
            tuple(visit for visit in self.visits if visit.cell in cells),
            {cell: values for cell, values in self.latencies_ms.items() if cell in cells},
        )


EMPTY = Raw((), {})


def read_raw(result: Result) -> Raw:
    """Return the raw tables of a result; empty where it has none.

    Raises:
        UserError: a part can't be read, or is not as a run writes it.
    """
    rows = [row for row in result.visits if row["status"] == "ok"]
    table = result.columns("samples", ("visit", "latency_ns"))
    number, latency_ns = (
        table.column(name).cast(pa.float64(), safe=False).to_numpy()
        for name in ("visit", "latency_ns")
    )
    return _raw(rows, number, latency_ns)


def _raw(rows: Sequence[Row], number: np.ndarray, latency_ns: np.ndarray) -> Raw:
    latency_ms = latency_ns / 1e6
    timed = ~np.isnan(number) & (latency_ms >= LEAST) & (latency_ms <= MOST)
    number, latency_ms = number[timed].astype(np.int64), latency_ms[timed]
    of_visit = {visit: latency_ms[index] for visit, index in rows_by(number).items()}
    disturbed = disturbances(rows)
    rows = sorted(rows, key=lambda row: row["visit"])
    at_s = _elapsed(rows)
    visits = []
    of_cell: dict[ArmCell, list[np.ndarray]] = {}
    for row, at in zip(rows, at_s, strict=True):
        cell = ArmCell(*(row[name] for name in ArmCell._fields))
        cell = cell._replace(arm=printable(cell.arm))
        values = of_visit.get(row["visit"])
        if values is not None:
            of_cell.setdefault(cell, []).append(values)
        reference = row["reference_ns"]
        visits.append(
            Visit(
                cell,
                at,
                None if values is None else float(np.median(values)),
                reference / 1e6 if reference is not None and reference > 0 else None,
                row["visit"] in disturbed,
            )
        )
    return Raw(tuple(visits), {c: np.sort(np.concatenate(v)) for c, v in of_cell.items()})


def _elapsed(rows: Sequence[Row]) -> list[float]:
    """Return the second at which each visit began, since the first, pauses cut short."""
    found: list[float] = []
    now, before = 0.0, None
    for row in rows:
        started = row["started_unix_ns"]
        if started is not None and before is not None:
            now += min(max((started - before) / 1e9, 0.0), PAUSE_S)
        before = started if started is not None else before
        found.append(now)
    return found
