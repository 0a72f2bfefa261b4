"""The samples of a visit: one row for each timed batch, its columns known by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

_NOT_MEASURED = -1


class Sample(NamedTuple):
    """One timed batch; ``None``: not measured.

    Attributes:
        unit: single-stream: the example; offline: the batch of the cell.
        start_ns: monotonic time of the worker at the start.
        rows: of the batch.
        padded_length: tokens in a row, padding included.
        tokens: real tokens of the batch.
        latency_ns: copy to the device and forward pass.
        h2d_ns: copy to the device.
        forward_ns: forward pass.
        tokenize_ns: single-stream: tokenising.
        decode_ns: single-stream: from outputs to the prediction.
        end_to_end_ns: single-stream: from text to prediction.
        cycle_ns: offline: from the end of the batch before to the end of this one.
    """

    unit: int
    start_ns: int
    rows: int
    padded_length: int
    tokens: int
    latency_ns: int
    forward_ns: int
    h2d_ns: int | None = None
    tokenize_ns: int | None = None
    decode_ns: int | None = None
    end_to_end_ns: int | None = None
    cycle_ns: int | None = None


_COLUMN = {name: index for index, name in enumerate(Sample._fields)}


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Rows of samples as they cross the pipe.

    Attributes:
        table: int64, shape ``(n, len(Sample._fields))``; -1 stands for ``None``.
    """

    table: np.ndarray

    def __post_init__(self) -> None:
        if self.table.dtype != np.int64 or self.table.shape[1:] != (len(_COLUMN),):
            raise ValueError(
                f"samples: expected int64 of shape (n, {len(_COLUMN)}), found "
                f"{self.table.dtype} of shape {self.table.shape}"
            )

    @classmethod
    def of(cls, rows: Iterable[Sample]) -> Samples:
        """Return the rows as a table."""
        values = [[_NOT_MEASURED if v is None else v for v in row] for row in rows]
        return cls(np.array(values, dtype=np.int64).reshape(-1, len(_COLUMN)))

    def __len__(self) -> int:
        return len(self.table)

    def column(self, name: str) -> np.ndarray:
        """Return a column by its name in ``Sample``: int64, -1 where not measured."""
        return self.table[:, _COLUMN[name]]

    def rows(self) -> list[Sample]:
        """Return the rows as values."""
        values = np.where(self.table == _NOT_MEASURED, None, self.table.astype(object))  # type: ignore[call-overload]
        return [Sample(*row) for row in values.tolist()]

    def after(self, count: int) -> Samples:
        """Return the samples without the first ``count``."""
        return Samples(self.table[count:])
