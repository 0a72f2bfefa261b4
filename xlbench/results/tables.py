"""Reading a Parquet file of a result folder as the table that it should be.

Columns that a file was written without are null; anything else that is not as the schema has
it (another type, a null that cannot be, a name that nobody knows) is an error that names file,
column and row.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xlbench.cell import SCENARIOS
from xlbench.errors import UserError
from xlbench.languages import LANGUAGES
from xlbench.results.schema import KEYS, SEALED, VERSION, table_schema
from xlbench.results.seal import state
from xlbench.tasks.catalogue import TASKS

VERSION_KEY = b"xlbench_schema_version"
_CHANGED = (
    "{path}: not as it was written: some of its bits have changed. Restore it from a copy, or "
    "measure again"
)


def read_table(path: Path, table: str, columns: Collection[str] | None = None) -> pa.Table:
    """Return the rows of one file, with the schema's columns or some of them.

    Args:
        path: the file.
        table: ``visits``, ``samples``, ``predictions`` or ``cells``.
        columns: names of columns to read; ``None``: all.

    Raises:
        UserError: the file is damaged, foreign, or written by a newer version.
        FileNotFoundError: there is none.
    """
    schema = table_schema(table)
    if columns is not None:
        schema = pa.schema([field for field in schema if field.name in columns])
    try:
        data = path.read_bytes()
        kept = state(data)
        if kept == "changed":
            raise UserError(_CHANGED.format(path=path))
        file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        version = _version(path, file.schema_arrow.metadata)
        if kept == "unsealed" and version >= SEALED:
            raise UserError(_CHANGED.format(path=path))
        there = file.schema_arrow.names
        piece = file.read([name for name in schema.names if name in there])
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    return _conforming(piece, schema, path, KEYS[table])


def row_count(path: Path) -> int:
    """Return how many rows a file says that it has.

    Raises:
        UserError: it is not a readable Parquet file.
    """
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> UserError:
    reason = str(error).partition("\n")[0]
    return UserError(f"{path}: not a readable Parquet file ({reason})")


def _version(path: Path, metadata: dict[bytes, bytes] | None) -> int:
    version = (metadata or {}).get(VERSION_KEY, b"0")
    if not version.isdigit():
        raise UserError(f"{path}: expected the number of a schema version, found {version!r}")
    if int(version) > VERSION:
        raise UserError(
            f"{path}: written with schema version {int(version)}; this xlbench reads up to "
            f"{VERSION}: upgrade it"
        )
    return int(version)


def _conforming(piece: pa.Table, schema: pa.Schema, path: Path, keys: Collection[str]) -> pa.Table:
    there = piece.schema.names
    columns = []
    for field in schema:
        count = there.count(field.name)
        if count > 1:
            raise UserError(f"{path}: column {field.name!r} is there {count} times, expected once")
        column = (
            piece.column(field.name)
            if count
            else pa.chunked_array([pa.nulls(len(piece), field.type)])
        )
        columns.append(_column(column, field, path, field.name in keys))
    return pa.table(columns, schema=schema.remove_metadata())


def _column(column: pa.ChunkedArray, field: pa.Field, path: Path, key: bool) -> pa.ChunkedArray:
    name, found = field.name, column.type
    widens = pa.types.is_null(found) or (
        pa.types.is_integer(found)
        and (pa.types.is_integer(field.type) or field.type == pa.float64())
    )
    # A reader that takes text for numbers, or cuts fractions off, makes another result of it.
    if found != field.type and not widens:
        raise UserError(
            f"{path}: column {name!r}: expected {field.type}, found {found}; it was not written "
            "by this program: measure again, or restore it from a copy"
        )
    if key:
        _check_key(column, name, path)
    return column if found == field.type else column.cast(field.type)


def _check_key(column: pa.ChunkedArray, name: str, path: Path) -> None:
    if column.null_count:
        row = pc.index(column.is_null(), True).as_py() + 1
        raise UserError(f"{path}, row {row}: column {name!r}: expected a value, found none")
    known = _KNOWN.get(name)
    if known is None:
        return
    for value in column.unique().to_pylist():
        if value not in known:
            row = pc.index(column, value).as_py() + 1
            raise UserError(
                f"{path}, row {row}: column {name!r}: {value!r} is not known to this xlbench"
            )


_KNOWN: dict[str, Collection[str]] = {
    "task": TASKS,
    "language": LANGUAGES,
    "scenario": SCENARIOS,
    "status": ("ok", "failed", "pending"),
}
