"""A result as one value: the same whether it was just measured, lies in a folder or is compared."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa

from xlbench.cell import ArmCell
from xlbench.errors import UserError
from xlbench.printable import shown
from xlbench.results.agreement import COLUMNS as AGREEMENT
from xlbench.results.agreement import agreements
from xlbench.results.files import write_table
from xlbench.results.manifest import Manifest, read_manifest
from xlbench.results.parts import read
from xlbench.results.schema import Row, table_schema
from xlbench.results.summarise import summarise
from xlbench.results.tables import read_table

CELLS = "cells.parquet"


@dataclass(frozen=True)
class Result:
    """What a run left.

    Attributes:
        folder: where it lies; the raw tables are read from there when they are asked for.
        manifest: what it is the result of.
        cells: rows of the ``cells`` table.
    """

    folder: Path
    manifest: Manifest
    cells: tuple[Row, ...]

    @property
    def name(self) -> str:
        """The folder as the user named it."""
        return str(self.folder)

    @property
    def failed(self) -> int:
        """The number of cells that failed."""
        return sum(row["status"] == "failed" for row in self.cells)

    @cached_property
    def visits(self) -> tuple[Row, ...]:
        """Rows of the ``visits`` table."""
        return tuple(read(self.folder, "visits").to_pylist())

    @cached_property
    def samples(self) -> Mapping[str, np.ndarray]:
        """The numbers of the ``samples`` table by column, float64 with NaN for null."""
        return sample_columns(self.folder)

    @cached_property
    def predictions(self) -> pa.Table:
        """The ``predictions`` table."""
        return read(self.folder, "predictions")

    def columns(self, table: str, names: Collection[str]) -> pa.Table:
        """Return some columns of a raw table, without the cost of the others."""
        return read(self.folder, table, names)


def read_result(folder: Path) -> Result:
    """Return the result in a folder; the cells of a run that was killed are worked out anew.

    Raises:
        UserError: it is no result folder, it has nothing measured, or a file is damaged.
    """
    manifest = read_manifest(folder)
    try:
        cells = tuple(read_table(folder / CELLS, "cells").to_pylist())
        _check_cells(folder / CELLS, manifest, cells)
    except FileNotFoundError:
        cells = _cells(folder, manifest, {})
        if all(row["status"] == "pending" for row in cells):
            raise UserError(
                f"{folder}: it has no {CELLS}: the run was stopped before its first cells; "
                f"continue it with `xlbench run --resume --out {folder}`"
            ) from None
    return Result(folder, manifest, cells)


def _check_cells(path: Path, manifest: Manifest, cells: tuple[Row, ...]) -> None:
    """Raise ``UserError`` for a row that is of no cell of the run, or whose metrics are none."""
    known = set(manifest.cells)
    for number, row in enumerate(cells, 1):
        cell = ArmCell(*(row[name] for name in ArmCell._fields))
        if cell not in known:
            raise UserError(f"{path}, row {number}: {' '.join(cell)} is no cell of the run")
        metrics = row["metrics_json"]
        if metrics is not None and not _are_metrics(metrics):
            raise UserError(
                f"{path}, row {number}: column 'metrics_json': expected numbers by name, found "
                f"{shown(metrics)}"
            )


def _are_metrics(text: str) -> bool:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and all(
        isinstance(each, int | float) and not isinstance(each, bool) for each in value.values()
    )


def summarised(folder: Path, manifest: Manifest, stopping: Mapping[ArmCell, str]) -> Result:
    """Work the cells out from the raw tables, write ``cells.parquet``, return the result.

    Args:
        folder: the result folder.
        manifest: of the run.
        stopping: why each finished cell was left alone.
    """
    cells = _cells(folder, manifest, stopping)
    write_table(folder / CELLS, pa.Table.from_pylist(cells, schema=table_schema("cells")))
    return Result(folder, manifest, cells)


def _cells(folder: Path, manifest: Manifest, stopping: Mapping[ArmCell, str]) -> tuple[Row, ...]:
    visits = read(folder, "visits").to_pylist()
    rows = summarise(manifest, visits, sample_columns(folder), stopping)
    beside = agreements(
        manifest.settings.arms, manifest.cells, lambda: read(folder, "predictions", AGREEMENT)
    )
    for key, row in zip(manifest.cells, rows, strict=True):
        row |= beside.get(key, {})
    names = table_schema("cells").names
    return tuple({name: row.get(name) for name in names} for row in rows)


def sample_columns(folder: Path) -> dict[str, np.ndarray]:
    """Return the numeric columns of the ``samples`` table; nulls are NaN."""
    schema = table_schema("samples")
    names = [field.name for field in schema if pa.types.is_integer(field.type)]
    table = read(folder, "samples", names)
    # Not "safe": a number too large for the last digits of a float is still that large.
    floats = {name: table.column(name).cast(pa.float64(), safe=False) for name in names}
    return {name: column.to_numpy(zero_copy_only=False) for name, column in floats.items()}
