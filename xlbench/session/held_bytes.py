"""What a worker keeps of a cell beside the model: the harness's own part of its memory."""

from __future__ import annotations

import sys

from xlbench.held.shelf import Shelf
from xlbench.session.cell import OpenCell


def held_bytes(cell: OpenCell) -> int:
    """Return the bytes in memory of a cell's examples, token ids, numbers and batches.

    Values on shelves count as they are written down; what a file holds of them does not count.
    """
    shelves = [part for part in (cell.examples, cell.windows) if isinstance(part, Shelf)]
    numbers = cell.counts.nbytes + cell.lengths.nbytes + cell.starts.nbytes
    return numbers + sum(shelf.held_bytes() for shelf in shelves) + _of_plans(cell)


def _of_plans(cell: OpenCell) -> int:
    return sum(
        sys.getsizeof(batch.rows) + sum(map(sys.getsizeof, batch.rows)) for batch in cell.plans
    )
