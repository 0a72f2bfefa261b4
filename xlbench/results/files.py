"""Files that are there whole or not at all, whenever the process is killed."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from xlbench.errors import UserError
from xlbench.results.seal import KEY, UNSEALED, sealed


class CantWrite(UserError):
    """A file can't be written: the disk is full, the folder not writable, the name too long."""


def write_table(path: Path, table: pa.Table) -> None:
    """Write a Parquet file atomically, with checksums of its pages and of the whole.

    Raises:
        CantWrite: it can't be.
    """
    metadata = (table.schema.metadata or {}) | {KEY: UNSEALED}
    sink = pa.BufferOutputStream()
    pq.write_table(
        table.replace_schema_metadata(metadata), sink, compression="zstd", write_page_checksum=True
    )
    _atomically(path, sealed(sink.getvalue().to_pybytes()))


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file atomically.

    Raises:
        CantWrite: it can't be.
    """
    text = json.dumps(value, indent=1, ensure_ascii=False, sort_keys=False) + "\n"
    write_text(path, text)


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically, UTF-8 with lines ending in a line feed.

    Raises:
        CantWrite: it can't be.
    """
    _atomically(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file atomically.

    Raises:
        CantWrite: it can't be.
    """
    _atomically(path, content)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, where they are not there.

    Raises:
        CantWrite: it can't be.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise CantWrite(_sentence(folder, error)) from None


def _atomically(path: Path, data: bytes) -> None:
    make_folder(path.parent)
    try:
        # A dot and another suffix: readers that take *.parquet never see half a file. A name
        # that nobody can guess: nobody has put a link there.
        descriptor, name = tempfile.mkstemp(".tmp", f".{path.name}.", path.parent)
        part = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                os.fchmod(descriptor, 0o666 & ~_umask())
                stream.write(data)
                stream.flush()
                os.fsync(descriptor)
            part.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise
    except (OSError, ValueError) as error:
        raise CantWrite(_sentence(path, error)) from None


def _sentence(path: Path, error: OSError | ValueError) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return (
        f"{path}: can't be written ({reason}); what was written before is kept. Make room, or "
        "name a folder that can be written to"
    )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
