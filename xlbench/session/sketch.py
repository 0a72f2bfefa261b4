"""Batches by their shapes alone: what memory depends on, without text and without token ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from xlbench.cell import OFFLINE, Scenario
from xlbench.encode.collate import Arrays, collate
from xlbench.encode.joined import Joined, join
from xlbench.encode.plan import BatchPlan
from xlbench.encode.window import Window
from xlbench.session.cell import OpenCell

MOST = 8
"""Shapes of a cell that are run for its memory: its largest, and others from all sizes."""

_SOME_ID = 5


@dataclass(frozen=True, slots=True)
class Sketch:
    """A batch without its tokens.

    Attributes:
        lengths: real tokens of each row.
        padded_length: tokens of each row, padding included.
        packed: whether rows lie one behind the other, without padding.
        segmented: whether the model gets segment ids.
    """

    lengths: tuple[int, ...]
    padded_length: int
    packed: bool
    segmented: bool

    @property
    def size(self) -> tuple[int, int]:
        """Tokens that the model works on, and those of the longest row: more take more memory."""
        tokens = sum(self.lengths) if self.packed else len(self.lengths) * self.padded_length
        return tokens, self.padded_length

    def arrays(self, pad_id: int) -> Arrays | Joined:
        """Return a batch of this shape, all tokens alike."""
        windows = [self._window(length) for length in self.lengths]
        return join(windows) if self.packed else collate(windows, self.padded_length, pad_id)

    def _window(self, length: int) -> Window:
        types = np.zeros(length, dtype=np.int32) if self.segmented else None
        return Window(0, np.full(length, _SOME_ID, dtype=np.int32), types)


def sketches(cell: OpenCell, scenario: Scenario) -> tuple[Sketch, ...]:
    """Return batches of a cell that show its memory, the largest first; at most ``MOST``.

    Those of one shape count once, and what is chosen depends on the shapes alone: cells of the same
    shapes bring the same, however many examples they have.
    """
    found = _offline(cell) if scenario == OFFLINE else _alone(cell)
    by_shape: dict[tuple[object, ...], Sketch] = {}
    for sketch in found:
        dense = len(set(sketch.lengths)) == 1 and sketch.lengths[0] == sketch.padded_length
        shape = (*sketch.size, len(sketch.lengths), dense)
        known = by_shape.get(shape)
        if known is None or sketch.lengths > known.lengths:
            by_shape[shape] = sketch
    ordered = sorted(by_shape.values(), key=lambda s: (s.size, s.lengths), reverse=True)
    return tuple(spread(ordered, MOST))


def spread(ordered: Sequence[Sketch], most: int) -> list[Sketch]:
    """Return the first, the last, and what lies evenly between them."""
    if len(ordered) <= most:
        return list(ordered)
    places = np.linspace(0, len(ordered) - 1, most).round().astype(int)
    return [ordered[place] for place in places.tolist()]


def _offline(cell: OpenCell) -> Iterable[Sketch]:
    fullest: dict[tuple[tuple[int, int], bool], BatchPlan] = {}
    for batch in cell.plans:
        key = batch.shape, batch.dense
        if key not in fullest or batch.tokens > fullest[key].tokens:
            fullest[key] = batch
    for batch in fullest.values():
        yield _sketch(cell, cell.lengths[list(batch.rows)], batch.padded_length)


def _alone(cell: OpenCell) -> Iterable[Sketch]:
    most = cell.windows_together
    if len(cell.lengths) == len(cell.examples):  # one window each
        together = {(length,) for length in np.unique(cell.lengths).tolist()}
    else:
        spans = pairwise(cell.starts.tolist())
        together = {tuple(cell.lengths[first:last][:most].tolist()) for first, last in spans}
    for lengths in together:
        yield _sketch(cell, np.array(lengths), max(lengths))


def _sketch(cell: OpenCell, lengths: np.ndarray, padded_length: int) -> Sketch:
    segmented = cell.windows[0].type_ids is not None
    return Sketch(tuple(lengths.tolist()), padded_length, cell.packed, segmented)
