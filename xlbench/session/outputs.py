"""The outputs of a whole pass, row by row, until their examples are decoded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlbench.held.shelf import Shelf
from xlbench.session.cell import finite

Row = tuple[np.ndarray, ...]

IN_MEMORY_BYTES = 16 * 2**20
_BYTES_OF_AN_ARRAY = 192
"""What an array and its place in a row take beside its values: three logits are 12 of 204 bytes."""


class Outputs:
    """Takes rows in the order in which batches bring them, gives them back by their number.

    Args:
        rows: how many there will be.

    Attributes:
        broken: whether a row has outputs that are NaN or infinite, shape ``(rows,)``.
    """

    def __init__(self, rows: int) -> None:
        self.broken = np.zeros(rows, bool)
        self._places = np.full(rows, -1, np.int32)
        self._held: Shelf[Row] | None = None

    def put(self, row: int, outputs: Row) -> None:
        """Take the outputs of a row, padding left out."""
        if self._held is None:
            size_bytes = sum(part.nbytes + _BYTES_OF_AN_ARRAY for part in outputs)
            self._held = Shelf(in_memory=max(64, IN_MEMORY_BYTES // size_bytes))
        self._places[row] = len(self._held)
        self._held.append(outputs)
        self.broken[row] = not finite(outputs)

    def of(self, rows: Sequence[int]) -> list[Row]:
        """Return the outputs of rows that were taken."""
        assert self._held is not None
        return [self._held[int(self._places[row])] for row in rows]
