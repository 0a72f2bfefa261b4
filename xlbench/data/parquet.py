"""Rows of parquet files, a batch at a time, and the class names that the files carry."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from xlbench.errors import UserError
from xlbench.printable import shown

_BATCH_ROWS = 512


def read_rows(
    files: Sequence[Path], columns: Sequence[str]
) -> Iterator[tuple[Path, int, dict[str, Any]]]:
    """Yield ``(file, row, values)`` for each row, rows counted from 1 in each file.

    Raises:
        UserError: a file is no parquet file, lacks a column, or is damaged.
    """
    for path in files:
        with _opened(path) as parquet:
            there = parquet.schema_arrow.names
            missing = [name for name in columns if name not in there]
            if missing:
                raise UserError(
                    f"{path}: expected the columns {', '.join(columns)}, found "
                    f"{', '.join(there)}. Re-download the file from google/xtreme."
                )
            row = 0
            for batch in parquet.iter_batches(batch_size=_BATCH_ROWS, columns=list(columns)):
                for values in batch.to_pylist():
                    row += 1
                    yield path, row, values


@lru_cache(maxsize=1024)
def class_names(path: Path, column: str) -> tuple[str, ...] | None:
    """Return the names of the column's class numbers, in order, or ``None``.

    They stand in the schema metadata ``huggingface`` (JSON, as the library ``datasets``
    writes it), below the column's features as ``names`` of a ``ClassLabel``.
    """
    with _opened(path) as parquet:
        metadata = parquet.schema_arrow.metadata or {}
    try:
        info = json.loads(metadata.get(b"huggingface", b"{}"))
        return _names(info.get("info", {}).get("features", {}).get(column))
    except (ValueError, AttributeError, RecursionError):
        return None


def _names(feature: Any) -> tuple[str, ...] | None:
    """Look through the feature's nesting, which differs between versions of ``datasets``."""
    if isinstance(feature, dict):
        names = feature.get("names")
        if isinstance(names, list):
            return tuple(str(name) for name in names)
        return _names(feature.get("feature"))
    if isinstance(feature, list) and len(feature) == 1:
        return _names(feature[0])
    return None


def class_name(value: Any, path: Path, column: str) -> str | None:
    """Return a class as text: what is a text already, or the name of a number.

    ``None`` stands for no label (null, -1, or an empty text); a number without a name comes
    back as ``class N``, a value of another type with that type in front.

    Raises:
        UserError: it is a number and the file names no classes.
    """
    if value is None or value == -1 or value == "":
        return None
    if isinstance(value, str):
        return value
    if not isinstance(value, int) or isinstance(value, bool):
        return f"{type(value).__name__} {shown(value)}"
    names = class_names(path, column)
    if names is None:
        raise UserError(
            f"{path}: column {column} holds class numbers, and the file does not say what they "
            "mean (its schema metadata has no names under 'huggingface'). Re-download the file "
            "from google/xtreme, or copy it without rewriting it."
        )
    return names[value] if 0 <= value < len(names) else f"class {value}"


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a file; whatever pyarrow then says against its content becomes a ``UserError``."""
    # Imported here: pyarrow costs time and memory that readers of text files need not pay.
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            yield file
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise UserError(
            f"{path}: expected a parquet file, and it cannot be read as one ({_line(error)}). "
            "Re-download it (a git clone without git-lfs leaves only pointers)."
        ) from None


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
