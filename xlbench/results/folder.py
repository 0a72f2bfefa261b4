"""A result folder as a whole: manifest, raw tables, cells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from xlbench.cell import ArmCell
from xlbench.errors import UserError
from xlbench.results.files import write_json, write_table
from xlbench.results.parts import read
from xlbench.results.schema import table_schema
from xlbench.results.summarise import Row, summarise

MANIFEST = "run.json"
CELLS = "cells.parquet"


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return ``run.json`` of a result folder.

    Raises:
        UserError: the folder has none, or it can't be read.
    """
    path = folder / MANIFEST
    try:
        value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(
            f"{folder}: not a result folder (it has no {MANIFEST}); expected what "
            "`xlbench run --out` wrote"
        ) from None
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: can't be read as JSON ({error})") from None
    return value


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write ``run.json`` atomically."""
    write_json(folder / MANIFEST, manifest)


def make_cells(folder: Path, manifest: dict[str, Any], stopping: dict[ArmCell, str]) -> list[Row]:
    """Work the cells out from the raw tables, write ``cells.parquet``, return its rows."""
    rows = summarise(
        manifest["run_id"],
        [ArmCell(*cell) for cell in manifest["cells"]],
        {arm["text"]: _options(arm) for arm in manifest["settings"]["arms"]},
        read(folder, "visits").to_pylist(),
        sample_columns(folder),
        stopping,
    )
    schema = table_schema("cells")
    rows = [{name: row.get(name) for name in schema.names} for row in rows]
    write_table(folder / CELLS, pa.Table.from_pylist(rows, schema=schema))
    return rows


def read_cells(folder: Path) -> list[Row]:
    """Return the rows of ``cells.parquet``.

    Raises:
        UserError: there is none, or it can't be read.
    """
    path = folder / CELLS
    try:
        rows: list[Row] = pq.read_table(path).to_pylist()
    except FileNotFoundError:
        raise UserError(
            f"{folder}: it has no {CELLS}: the run was stopped before its first "
            "cells; continue it with `xlbench run --resume --out "
            f"{folder}`"
        ) from None
    except (pa.ArrowInvalid, OSError) as error:
        raise UserError(f"{path}: not a readable Parquet file ({error})") from None
    return rows


def sample_columns(folder: Path) -> dict[str, np.ndarray]:
    """Return the numeric columns of the ``samples`` table; nulls are NaN."""
    schema = table_schema("samples")
    names = [field.name for field in schema if pa.types.is_integer(field.type)]
    table = read(folder, "samples", names)
    return {
        name: table.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False) for name in names
    }


def _options(arm: dict[str, Any]) -> Row:
    return {name: arm["options"][name] for name in ("dtype", "runtime", "attn", "padding")}
