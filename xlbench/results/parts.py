"""The raw tables as numbered parts, of which the ``visits`` part is the commit record.

A flush writes ``samples`` and ``predictions`` first and ``visits`` last, all under one
number. A reader takes a number only if its ``visits`` part is there, so that a killed run
loses what was not flushed and nothing else. Predictions of a large cell are written before
their visit is done, under numbers of their own: the ``visits`` part behind them is named after
the range of all these numbers, and so makes them count. ``compact`` merges parts into one named
after the range of its numbers; a part whose numbers another one holds as well is ignored.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from xlbench.interrupts import unbroken
from xlbench.results.files import write_table
from xlbench.results.schema import Row, table_schema
from xlbench.results.tables import read_table, row_count

RAW = ("samples", "predictions", "visits")

FLUSH_S = 15.0
"""Seconds of measuring that a kill may cost, where a round takes longer."""

SPILLED_ROWS = 16384
"""Predictions that are held in memory at most."""

MERGED_ROWS = 65536
"""Samples or predictions that are merged into one file at most: all of them are in memory then, in
up to 300 bytes a row, though a file has ten."""

_NAME = re.compile(r"part-(\d{6})(?:-(\d{6}))?\.parquet")


@dataclass(frozen=True, slots=True)
class Part:
    """A file and the range of flush numbers that it holds."""

    path: Path
    first: int
    last: int


def parts(folder: Path, table: str) -> list[Part]:
    """Return the parts of a raw table that count, in order."""
    committed = [(p.first, p.last) for p in _present(folder, "visits")]
    return [
        part
        for part in _present(folder, table)
        if any(first <= part.last and part.first <= last for first, last in committed)
    ]


def read(folder: Path, table: str, columns: Collection[str] | None = None) -> pa.Table:
    """Return a raw table of a result folder; a column that a part lacks is null there.

    Raises:
        UserError: a part can't be read, or was written by a newer version.
    """
    pieces = [read_table(part.path, table, columns) for part in parts(folder, table)]
    if pieces:
        return pa.concat_tables(pieces)
    schema = table_schema(table).remove_metadata()
    kept = [field for field in schema if columns is None or field.name in columns]
    return pa.schema(kept).empty_table()


@dataclass(frozen=True, slots=True)
class _Unwritten:
    """Rows that are in memory only, and the number under which they are to be written.

    Attributes:
        first: the first number of predictions that are on disk and wait for their visit.
        number: the next one.
        rows: by table.
    """

    first: int
    number: int
    rows: Mapping[str, list[Row]] = field(default_factory=lambda: {table: [] for table in RAW})


class PartWriter:
    """Collects rows and flushes them as the next number.

    An error or an interrupt at any moment loses no row: what is not wholly on disk is still in
    memory, and the next flush writes it once more, in the same place.

    Args:
        folder: the result folder; parts that are there already are kept.
        run_id: identity of the run, which every row carries.
        now: seconds.
    """

    def __init__(
        self, folder: Path, run_id: str | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder, self._run_id, self._now = folder, run_id, now
        numbers = [p.last for table in RAW for p in _present(folder, table)]
        following = max(numbers, default=-1) + 1
        self._unwritten = _Unwritten(following, following)
        self._flushed_at = now()

    def add(
        self,
        visits: Sequence[Row] = (),
        samples: Sequence[Row] = (),
        predictions: Sequence[Row] = (),
    ) -> None:
        """Take rows of the raw tables; they are on disk after the next ``flush``."""
        rows = self._unwritten.rows
        # A visit without its samples would be a cell measured without a number.
        with unbroken():
            rows["samples"].extend(samples)
            rows["predictions"].extend(predictions)
            rows["visits"].extend(visits)

    def add_pass(
        self, visit: Row, samples: Sequence[Row], predictions: Iterable[Sequence[Row]]
    ) -> bool:
        """Take a visit whose predictions come some at a time; return whether there were any.

        Many of them are written at once. Until the visit is on disk they don't count, and never
        will if they break off.

        Raises:
            CantWrite: they can't be written.
        """
        held: list[Row] = []
        any_there = False
        try:
            for some in predictions:
                held += some
                any_there = True
                if len(held) >= SPILLED_ROWS:
                    self._spill(held)
                    held = []
        except BaseException:
            last = self._unwritten
            self._unwritten = _Unwritten(last.number, last.number, last.rows)
            raise
        self.add([visit], samples, held)
        return any_there

    def _spill(self, predictions: Sequence[Row]) -> None:
        if self._unwritten.rows["visits"]:
            self.flush()  # what is whole must not hang on what comes
        first, number, rows = (getattr(self._unwritten, n) for n in _Unwritten.__slots__)
        self._write("predictions", number, predictions)
        self._unwritten = _Unwritten(first, number + 1, rows)

    def put(
        self, visits: pa.Table, samples: pa.Table, predictions: Sequence[pa.Table] = ()
    ) -> None:
        """Write tables as they are, all of them or, until ``visits`` is there, none.

        Raises:
            CantWrite: they can't be written.
        """
        self.flush()
        first, number, _ = (getattr(self._unwritten, n) for n in _Unwritten.__slots__)
        for table in predictions:
            self._write("predictions", number, table)
            number += 1
        self._write("samples", number, samples)
        self._write("visits", number, visits, first)
        self._unwritten = _Unwritten(number + 1, number + 1)

    def flush(self) -> None:
        """Write what was collected; the ``visits`` part, written last, makes it count.

        Raises:
            CantWrite: it can't be written; the rows stay in memory.
        """
        first, number, rows = (getattr(self._unwritten, n) for n in _Unwritten.__slots__)
        if rows["visits"]:
            for table in RAW:
                if rows[table]:
                    self._write(table, number, rows[table], first if table == "visits" else number)
            # One assignment: an interrupt comes before or after it, not between.
            self._unwritten = _Unwritten(number + 1, number + 1)
        self._flushed_at = self._now()

    @property
    def due(self) -> bool:
        """Whether the last flush is ``FLUSH_S`` ago."""
        return self._now() - self._flushed_at >= FLUSH_S

    def _write(
        self, table: str, number: int, rows: Sequence[Row] | pa.Table, first: int | None = None
    ) -> None:
        path = self._folder / table / _name(number if first is None else first, number)
        write_table(path, self._table(table, rows))

    def flush_if_due(self) -> None:
        """Flush if the last time is ``FLUSH_S`` ago."""
        if self.due:
            self.flush()

    def _table(self, table: str, rows: Sequence[Row] | pa.Table) -> pa.Table:
        if isinstance(rows, pa.Table):
            run_ids = pa.array([self._run_id] * len(rows), pa.string())
            own_id = rows.set_column(rows.column_names.index("run_id"), "run_id", run_ids)
            schema = table_schema(table)
            return own_id.select(schema.names).cast(schema)
        own = [{**row, "run_id": self._run_id} for row in rows]
        return pa.Table.from_pylist(own, schema=table_schema(table))

    def compact(self) -> None:
        """Merge the parts of each table into one file, but for what would be a large one."""
        ranges = [(p.first, p.last) for p in _present(self._folder, "visits")]
        if len(ranges) < 2:
            return
        first, last = min(a for a, _ in ranges), max(b for _, b in ranges)
        old = {table: parts(self._folder, table) for table in RAW}
        # What never counted must not begin to, now that one range is to cover all numbers.
        for table in RAW:
            for part in _present(self._folder, table):
                if part not in old[table]:
                    part.path.unlink(missing_ok=True)
        for table in RAW:
            if table != "visits" and _rows(old[table]) > MERGED_ROWS:
                old[table] = []
            if old[table]:
                merged = read(self._folder, table)
                merged = merged.replace_schema_metadata(table_schema(table).metadata)
                path = self._folder / table / _name(first, last)
                write_table(path, merged.cast(table_schema(table)))
        for table in RAW:
            for part in old[table]:
                if (part.first, part.last) != (first, last):
                    part.path.unlink(missing_ok=True)


def _rows(some: Iterable[Part]) -> int:
    return sum(row_count(part.path) for part in some)


def _name(first: int, last: int) -> str:
    """The name of the part that holds these numbers."""
    return f"part-{first:06d}{'' if first == last else f'-{last:06d}'}.parquet"


def _present(folder: Path, table: str) -> list[Part]:
    found = sorted(_named(folder / table), key=lambda p: (p.first, -p.last))
    kept: list[Part] = []
    for part in found:
        if not kept or part.last > kept[-1].last:
            kept.append(part)
    return kept


def _named(folder: Path) -> Iterator[Part]:
    for path in folder.glob("part-*.parquet"):
        match = _NAME.fullmatch(path.name)
        if match:
            first = int(match[1])
            yield Part(path, first, int(match[2] or first))
