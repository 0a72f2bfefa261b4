"""The raw tables as numbered parts, of which the ``visits`` part is the commit record.

A flush writes ``samples`` and ``predictions`` first and ``visits`` last, all under one
number. A reader takes a number only if its ``visits`` part is there, so that a killed run
loses what was not flushed and nothing else. ``compact`` merges all parts into one named
after the range of its numbers; a part whose numbers another one holds as well is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from xlbench.results.files import write_table
from xlbench.results.schema import table_schema
from xlbench.results.tables import read_table

RAW = ("samples", "predictions", "visits")
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


class PartWriter:
    """Collects rows and flushes them as the next number.

    Args:
        folder: the result folder; parts that are there already are kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        numbers = [p.last for table in RAW for p in _present(folder, table)]
        self._next = max(numbers, default=-1) + 1
        self._rows: dict[str, list[dict[str, Any]]] = {table: [] for table in RAW}

    def add(self, table: str, rows: list[dict[str, Any]]) -> None:
        """Take rows of a raw table; they are on disk after the next ``flush``."""
        self._rows[table] += rows

    def flush(self) -> None:
        """Write what was collected; the ``visits`` part, written last, makes it count."""
        if not self._rows["visits"]:
            return
        for table in RAW:
            rows, self._rows[table] = self._rows[table], []
            if rows:
                name = f"part-{self._next:06d}.parquet"
                data = pa.Table.from_pylist(rows, schema=table_schema(table))
                write_table(self._folder / table / name, data)
        self._next += 1

    def compact(self) -> None:
        """Merge the parts of each table into one file."""
        ranges = [(p.first, p.last) for p in _present(self._folder, "visits")]
        if len(ranges) < 2:
            return
        first, last = min(a for a, _ in ranges), max(b for _, b in ranges)
        old = {table: parts(self._folder, table) for table in RAW}
        for table in RAW:
            if old[table]:
                merged = read(self._folder, table)
                merged = merged.replace_schema_metadata(table_schema(table).metadata)
                path = self._folder / table / f"part-{first:06d}-{last:06d}.parquet"
                write_table(path, merged.cast(table_schema(table)))
        for table in RAW:
            for part in old[table]:
                if (part.first, part.last) != (first, last):
                    part.path.unlink(missing_ok=True)


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
