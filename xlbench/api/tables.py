"""A recorded result and its tables, in the form in which Python programs want them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from xlbench.errors import UserError
from xlbench.results.averages import averages
from xlbench.results.parts import read
from xlbench.results.result import Result, read_result
from xlbench.results.schema import Row, table_schema

if TYPE_CHECKING:
    import pandas
    import polars


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one of the tables of a result; ``xlbench list columns`` says what the columns are.

    Iterating yields each row as a dictionary; what was not measured is ``None``.
    """

    _arrow: pa.Table

    def to_arrow(self) -> pa.Table:
        """Return an Arrow table; every field carries its description as metadata."""
        return self._arrow

    def to_pandas(self) -> pandas.DataFrame:
        """Return a pandas data frame.

        Raises:
            UserError: pandas is not installed.
        """
        _need("pandas")
        frame: pandas.DataFrame = self._arrow.to_pandas()
        return frame

    def to_polars(self) -> polars.DataFrame:
        """Return a Polars data frame.

        Raises:
            UserError: Polars is not installed.
        """
        _need("polars")
        import polars

        frame = polars.from_arrow(self._arrow)
        assert isinstance(frame, polars.DataFrame)
        return frame

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._arrow.to_pylist())

    def __len__(self) -> int:
        return int(self._arrow.num_rows)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A result folder.

    Attributes:
        result: what was read of it.
    """

    result: Result

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.result.folder

    @property
    def run_id(self) -> str:
        """The identity of the run, whatever its folder is called."""
        return self.result.manifest.run_id

    @property
    def status(self) -> str:
        """``finished``, ``interrupted`` or ``running``."""
        return self.result.manifest.status

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms that were measured."""
        return tuple(self.result.manifest.arms)

    @property
    def failed(self) -> int:
        """The number of cells that failed."""
        return self.result.failed

    def cells(self) -> Table:
        """Return the cells: a row for each arm, task, language and scenario."""
        return _table("cells", self.result.cells)

    def visits(self) -> Table:
        """Return the visits: a row for each time that a cell was measured."""
        return Table(read(self.folder, "visits"))

    def samples(self) -> Table:
        """Return the samples: a row for each timed batch."""
        return Table(read(self.folder, "samples"))

    def predictions(self) -> Table:
        """Return the predictions: a row for each example of a cell."""
        return Table(read(self.folder, "predictions"))

    def averages(self) -> Mapping[str, Any]:
        """Return XTREME's averages by arm: tasks, groups, overall, gap to English."""
        return averages(self.result.cells)


def load(folder: str | Path) -> Recorded:
    """Return the result in a folder that ``run`` or ``compare`` wrote.

    Raises:
        UserError: it is no result folder, or a file in it is damaged.
    """
    return Recorded(read_result(Path(folder)))


def _table(name: str, rows: tuple[Row, ...]) -> Table:
    return Table(pa.Table.from_pylist([dict(row) for row in rows], schema=table_schema(name)))


def _need(library: str) -> None:
    import importlib.util

    if importlib.util.find_spec(library) is None:
        raise UserError(f"{library} is not installed: pip install {library}, or use to_arrow()")
