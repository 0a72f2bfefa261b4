"""Vectors as the search reads them: blocks of float32 rows, cut from arrays of any size.

Scaling to unit length and leaving out duplicates happen while a block is cut, so that
embeddings on disk (``numpy.memmap``) are never copied as a whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from xlbench.errors import UserError
from xlbench.held.matrix import forget_pages

_CHECK_ROWS = 8192


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """Some rows of a matrix, each scaled.

    Attributes:
        data: shape ``(rows, dim)``.
        rows: the rows of ``data`` that count, in order; ``None``: all.
        scale: float32, a factor for each row that counts; ``None``: 1.
    """

    data: np.ndarray
    rows: np.ndarray | None = None
    scale: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.data if self.rows is None else self.rows)

    @property
    def dim(self) -> int:
        """Length of each vector."""
        return int(self.data.shape[1])

    def block(self, start: int, stop: int) -> np.ndarray:
        """Return rows ``start`` to ``stop``, float32 and contiguous; a view where possible."""
        part = self.data[start:stop] if self.rows is None else self.data[self.rows[start:stop]]
        floats = np.ascontiguousarray(part, dtype=np.float32)
        if self.scale is None:
            return floats
        scaled: np.ndarray = floats * self.scale[start:stop, None]
        forget_pages(self.data)
        return scaled


def unit(
    data: np.ndarray,
    name: Callable[[int], str] = "vector {}".format,
    rows: np.ndarray | None = None,
) -> Vectors:
    """Return the rows of ``data`` scaled to length 1.

    Args:
        data: shape ``(rows, dim)``.
        name: what to call row ``i`` of ``data`` in an error.
        rows: the rows that count, in order; ``None``: all.

    Raises:
        UserError: a row is zero or not finite: it has no direction to compare.
    """
    plain = Vectors(data, rows)
    scale = np.empty(len(plain), np.float32)
    for start in range(0, len(plain), _CHECK_ROWS):
        stop = min(len(plain), start + _CHECK_ROWS)
        block = plain.block(start, stop)
        squares = np.einsum("ij,ij->i", block, block, dtype=np.float64)
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            scale[start:stop] = 1 / np.sqrt(squares)
        bad = np.flatnonzero(~np.isfinite(scale[start:stop]) | ~np.isfinite(squares))
        if len(bad):
            i = start + int(bad[0])
            what = "not finite" if not np.isfinite(squares[bad[0]]) else "zero"
            raise UserError(
                f"{name(i if rows is None else int(rows[i]))}: expected an embedding with a "
                f"direction, found one that is {what}. Check the checkpoint, or run with "
                "dtype=fp32."
            )
    return Vectors(data, rows, scale)
