"""A cell inside a worker: its examples, their windows and the plan of its batches."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from xlbench.cell import SCENARIOS, Scenario
from xlbench.encode.buckets import padded
from xlbench.encode.collate import Arrays, collate
from xlbench.encode.form import AS_XTREME, InputForm
from xlbench.encode.joined import Joined, join
from xlbench.encode.plan import PACKED, BatchPlan, Packing, plan, shapes_for
from xlbench.encode.window import Count, Encoded, Window
from xlbench.examples import Example
from xlbench.session.cold_start import ColdStart
from xlbench.tasks.task import Kind, Task

CHUNK = 256
"""Examples that are tokenised together in a pass."""

PER_TOKEN_HEADS = ("token-classification", "question-answering")


@dataclass(slots=True)
class OpenCell:
    """What a worker knows of one task in one language.

    The windows stay in memory between visits (4 bytes a token); padded batches are made
    one at a time, when the loop asks for them.

    Attributes:
        plans: its offline batches.
        edges: padded lengths that static-shape runtimes compile for.
        halvings: how often memory ran out for the batches.
        windows_together: single-stream: windows of an example that make one batch at most;
            ``None``: all of them.
        cold: its first batch, by scenario.
        answers: what the first pass predicted.
    """

    task: Task
    language: str
    kind: Kind
    labels: Sequence[str]
    examples: list[Example]
    packing: Packing
    pad_id: int
    form: InputForm = AS_XTREME
    windows: tuple[Window, ...] = ()
    counts: tuple[Count, ...] = ()
    spans: tuple[range, ...] = ()
    plans: tuple[BatchPlan, ...] = ()
    edges: tuple[int, ...] = ()
    halvings: int = 0
    windows_together: int | None = None
    cold: dict[Scenario, ColdStart] = field(
        default_factory=lambda: {scenario: ColdStart() for scenario in SCENARIOS}
    )
    answers: list[str] | None = field(default=None, repr=False)

    def encode(self, tokenizer: object) -> int:
        """Tokenise all examples, make the plan, and return the nanoseconds of tokenising."""
        start = time.perf_counter_ns()
        windows: list[Window] = []
        counts: list[Count] = []
        spans: list[range] = []
        for first in range(0, len(self.examples), CHUNK):
            part = self.encode_some(tokenizer, self.examples[first : first + CHUNK])
            begin = len(windows)
            windows += part.windows
            counts += part.counts
            spans += _spans(part, begin)
        spent = time.perf_counter_ns() - start
        if not self.plans:
            self.windows, self.counts, self.spans = tuple(windows), tuple(counts), tuple(spans)
            self.replan()
        return spent

    def encode_some(self, tokenizer: object, examples: Sequence[Example]) -> Encoded:
        return self.kind.encode(tokenizer, self.task, examples, self.form)

    def replan(self) -> None:
        """Make the batches anew from the windows and the packing."""
        lengths = [window.length for window in self.windows]
        self.plans = plan(lengths, self.packing)
        self.edges = shapes_for(lengths, self.packing)

    def halve(self) -> bool:
        """Halve the batches after memory ran out; ``False`` where a batch is one row."""
        if all(len(batch.rows) + batch.fill == 1 for batch in self.plans):
            return False
        self.packing = self.packing.halved()
        self.halvings += 1
        self.replan()
        return True

    def halve_together(self) -> bool:
        """Run half as many windows of one example together; ``False``: it was one."""
        most = self.windows_together or max(len(span) for span in self.spans)
        if most == 1:
            return False
        self.windows_together = -(-most // 2)
        return True

    def together(self, windows: Sequence[Window]) -> list[Sequence[Window]]:
        """Return the windows of one example as the batches that run together."""
        most = self.windows_together or len(windows)
        return [windows[first : first + most] for first in range(0, len(windows), most)]

    @property
    def packed(self) -> bool:
        """Whether batches have no padding, their rows one behind the other."""
        return self.packing.padding == PACKED

    def batch(self, unit: int) -> Arrays | Joined:
        """Return batch ``unit`` of the plan, padded or packed."""
        batch = self.plans[unit]
        windows = [self.windows[row] for row in batch.rows]
        if self.packed:
            return join(windows)
        return collate(windows, batch.padded_length, self.pad_id, batch.fill)

    def alone(self, windows: Sequence[Window], static_shapes: bool) -> Arrays | Joined:
        """Return windows of one example as a batch of their own.

        Padded to their longest; with static shapes to the bucket that holds it; or packed.
        """
        if self.packed:
            return join(windows)
        longest = max(window.length for window in windows)
        length = int(padded([longest], self.edges)[0]) if static_shapes else longest
        return collate(windows, length, self.pad_id)

    def shape_alone(self, example: int, static_shapes: bool) -> tuple[int, int]:
        """Return rows and columns of the first batch of an example."""
        lengths = [self.windows[row].length for row in self.spans[example]]
        lengths = lengths[: self.windows_together]
        if self.packed:
            return 1, sum(lengths)
        longest = max(lengths)
        return len(lengths), int(padded([longest], self.edges)[0]) if static_shapes else longest

    def dense_alone(self, example: int) -> bool:
        """Tell whether the windows in the first batch of an example are of one length."""
        rows = self.spans[example][: self.windows_together]
        return self.packed or len({self.windows[row].length for row in rows}) == 1

    def largest_alone(self, examples: Sequence[int] | None) -> int:
        """Return the example, of some or (``None``) all, whose first batch has most tokens."""

        def tokens(example: int) -> int:
            rows = self.spans[example][: self.windows_together]
            return len(rows) * max(self.windows[row].length for row in rows)

        return max(range(len(self.examples)) if examples is None else examples, key=tokens)

    def decode(self, example: int, rows: dict[int, tuple[np.ndarray, ...]]) -> object:
        """Return the prediction of an example from the outputs of its windows."""
        span = self.spans[example]
        return self.kind.decode(
            self.task,
            self.labels,
            self.examples[example],
            [self.windows[row] for row in span],
            [rows[row] for row in span],
        )


def unpadded(
    kind: Kind, windows: Sequence[Window], outputs: tuple[np.ndarray, ...], packed: bool = False
) -> list[tuple[np.ndarray, ...]]:
    """Return each row's outputs without what belongs to padding, as copies.

    Args:
        kind: tells whether the outputs have one value a token or one a row.
        windows: the rows of the batch.
        outputs: the model's outputs, first axis rows; packed and one a token: tokens.
        packed: whether the batch has no padding, its rows one behind the other.
    """
    per_token = kind.head in PER_TOKEN_HEADS
    if packed and per_token:
        ends = np.cumsum([window.length for window in windows])[:-1]
        parts = zip(*(np.split(output, ends) for output in outputs), strict=True)
        return [tuple(part.copy() for part in row) for row in parts]
    return [
        tuple((o[row, : window.length] if per_token else o[row]).copy() for o in outputs)
        for row, window in enumerate(windows)
    ]


def finite(outputs: Iterable[np.ndarray]) -> bool:
    """Tell whether a row's outputs are numbers throughout: an overflow, or weights that are none,
    leave infinities or NaN, and the best of those is no answer.
    """
    return all(bool(np.isfinite(output).all()) for output in outputs)


def _spans(part: Encoded, begin: int) -> list[range]:
    owners = np.array([window.example for window in part.windows])
    edges = np.searchsorted(owners, np.arange(len(part.counts) + 1))
    return [range(begin + first, begin + last) for first, last in pairwise(edges.tolist())]
