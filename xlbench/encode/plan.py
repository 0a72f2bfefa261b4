"""The plan of a pass: which windows share a batch, and to what length they are padded.

Strategies: ``max`` pads every row to the task's maximum (as XTREME's own scripts do),
``longest`` to the longest row of the batch in data order, ``bucket`` to the nearest of a
few lengths chosen from the distribution; ``packed`` pads none, rows lie one behind the other. A new
strategy is a function in ``STRATEGIES``.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from xlbench.encode.buckets import boundaries, cheapest_boundaries, padded
from xlbench.encode.ladder import rows_held, rung
from xlbench.errors import UserError

PACKED = "packed"


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """One batch.

    Attributes:
        rows: indices of its windows.
        padded_length: tokens of each row, padding included; packed: of the longest.
        tokens: real ones.
        packed: whether rows lie one behind the other, without padding.
        fill: rows of nothing but padding that fill it up.
    """

    rows: Sequence[int]
    padded_length: int
    tokens: int
    packed: bool = False
    fill: int = 0

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the batch as the model gets it."""
        if self.packed:
            return 1, self.tokens
        return len(self.rows) + self.fill, self.padded_length

    @property
    def padded_tokens(self) -> int:
        rows, length = self.shape
        return rows * length

    @property
    def dense(self) -> bool:
        """Whether it has no padding."""
        return self.tokens == self.padded_tokens


@dataclass(frozen=True, slots=True)
class Packing:
    """How batches are made.

    Attributes:
        padding: one of ``STRATEGIES``.
        batch_size: rows per batch, or ``None``.
        tokens_per_batch: most padded tokens per batch (at least one row), or ``None``.
        max_length: longest row that the task allows.
        buckets: number of padded lengths; ``None``: those for which padding and batches cost least.
        shared_shapes: few shapes that all languages of the task share count for more than little
            padding: lengths, unless ``buckets`` are asked for, and rows are those of a ladder.
        batch_cost: what a batch costs beyond its tokens, in padded tokens.
    """

    padding: str
    batch_size: int | None
    tokens_per_batch: int | None
    max_length: int
    buckets: int | None = None
    shared_shapes: bool = False
    batch_cost: int = 0

    def padded(self, length: int) -> int:
        """Padded length of a batch whose longest row is ``length``."""
        return rung(length, self.max_length) if self.shared_shapes else length

    def rows(self, length: int) -> int:
        """Rows of a batch whose padded length is ``length``."""
        if self.batch_size is not None:
            return self.batch_size
        assert self.tokens_per_batch is not None
        return max(1, self.tokens_per_batch // length)

    def holds(self, rows: int, tokens: int) -> bool:
        """Tell whether a batch may have so many rows and tokens."""
        if self.batch_size is not None:
            return rows <= self.batch_size
        assert self.tokens_per_batch is not None
        return tokens <= self.tokens_per_batch

    def halved(self) -> Packing:
        """The same with half the rows or tokens, after memory ran out."""
        return replace(
            self,
            batch_size=None if self.batch_size is None else max(1, self.batch_size // 2),
            tokens_per_batch=(
                None if self.tokens_per_batch is None else max(1, self.tokens_per_batch // 2)
            ),
        )


def plan(lengths: Sequence[int] | np.ndarray, packing: Packing) -> tuple[BatchPlan, ...]:
    """Return batches that hold every window exactly once.

    Args:
        lengths: real tokens of each window.
        packing: how batches are made.

    Raises:
        UserError: the padding strategy is unknown.
    """
    strategy = STRATEGIES.get(packing.padding)
    if strategy is None:
        raise UserError(
            f"--padding: expected one of {', '.join(STRATEGIES)}, found {packing.padding!r}"
        )
    batches = strategy(np.asarray(lengths), packing) if len(lengths) else ()
    return tuple(_filled(batch, packing) for batch in batches)


def shapes_for(lengths: Sequence[int] | np.ndarray, packing: Packing) -> tuple[int, ...]:
    """Return the padded lengths that static-shape runtimes compile for, ascending."""
    if packing.padding == "max":
        return (max(packing.max_length, int(np.max(lengths))),)
    if packing.shared_shapes and packing.buckets is None:
        return tuple(sorted({packing.padded(length) for length in np.unique(lengths).tolist()}))
    if packing.buckets is None:
        return cheapest_boundaries(lengths, packing.rows, packing.batch_cost)
    return boundaries(lengths, packing.buckets)


def _max(lengths: np.ndarray, packing: Packing) -> Iterator[BatchPlan]:
    length = max(packing.max_length, int(lengths.max()))
    yield from _cut(np.arange(len(lengths)), lengths, length, packing.rows(length))


def _longest(lengths: np.ndarray, packing: Packing) -> Iterator[BatchPlan]:
    rows = array("i")
    longest = 0
    for index, length in enumerate(lengths):
        padded_length = packing.padded(int(length))
        grown = max(longest, padded_length)
        if rows and len(rows) + 1 > packing.rows(grown):
            yield _batch(rows, longest, lengths)
            rows, grown = array("i"), padded_length
        rows.append(index)
        longest = grown
    yield _batch(rows, longest, lengths)


def _bucket(lengths: np.ndarray, packing: Packing) -> Iterator[BatchPlan]:
    edges = shapes_for(lengths, packing)
    home = padded(lengths, edges)
    for edge in edges:
        yield from _cut(np.flatnonzero(home == edge), lengths, edge, packing.rows(edge))


def _packed(lengths: np.ndarray, packing: Packing) -> Iterator[BatchPlan]:
    """Rows by their lengths: those of one length are neighbours, for which there are faster ways
    to attend."""
    rows = array("i")
    tokens = 0
    for index in np.argsort(lengths, kind="stable").tolist():
        length = int(lengths[index])
        if rows and not packing.holds(len(rows) + 1, tokens + length):
            yield BatchPlan(rows, int(lengths[rows[-1]]), tokens, packed=True)
            rows, tokens = array("i"), 0
        rows.append(index)
        tokens += length
    yield BatchPlan(rows, int(lengths[rows[-1]]), tokens, packed=True)


Strategy = Callable[[np.ndarray, Packing], Iterator[BatchPlan]]
STRATEGIES: dict[str, Strategy] = {
    "max": _max,
    "longest": _longest,
    "bucket": _bucket,
    PACKED: _packed,
}


def _cut(
    members: np.ndarray, lengths: np.ndarray, padded_length: int, rows: int
) -> Iterator[BatchPlan]:
    for start in range(0, len(members), rows):
        some = array("i", members[start : start + rows].astype(np.int32).tobytes())
        yield _batch(some, padded_length, lengths)


def _filled(batch: BatchPlan, packing: Packing) -> BatchPlan:
    if not packing.shared_shapes or batch.packed:
        return batch
    rows = len(batch.rows)
    full = max(rows, packing.rows(batch.padded_length))
    return replace(batch, fill=rows_held(rows, full) - rows)


def _batch(rows: array[int], padded_length: int, lengths: np.ndarray) -> BatchPlan:
    """A batch whose rows take 4 bytes each."""
    return BatchPlan(rows, padded_length, int(lengths[rows].sum()))
