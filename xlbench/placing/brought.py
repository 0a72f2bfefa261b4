"""What a unit brings back from where it was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from xlbench.cell import ArmCell
from xlbench.results.manifest import PlacedUnit


@dataclass(frozen=True, slots=True)
class Brought:
    """A unit that was measured, whole.

    Attributes:
        placed: where, when and by what.
        visits, samples: tables of these names.
        predictions: tables of that name, one behind the other.
        stopping: why each cell was left alone.
        skipped_rows: malformed rows left out, by file.
        cells_with_skipped_rows: ``TASK/LANGUAGE`` of their cells.
    """

    placed: PlacedUnit
    visits: pa.Table
    samples: pa.Table
    predictions: tuple[pa.Table, ...]
    stopping: Mapping[ArmCell, str] = field(default_factory=dict)
    skipped_rows: Mapping[str, int] = field(default_factory=dict)
    cells_with_skipped_rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """A unit that could not be measured, and why."""

    error: str


Outcome = Brought | Failure
