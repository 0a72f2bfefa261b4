"""A cell inside a worker: its examples, their windows and the plan of its batches."""

from __future__ import annotations

import time
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from xlbench.cell import SCENARIOS, Scenario
from xlbench.encode.buckets import padded
from xlbench.encode.collate import Arrays, collate
from xlbench.encode.form import AS_XTREME, InputForm
from xlbench.encode.joined import Joined, join
from xlbench.encode.plan import PACKED, BatchPlan, Packing, plan, shapes_for
from xlbench.encode.window import Encoded, Window
from xlbench.examples import Example
from xlbench.held.shelf import Shelf
from xlbench.predictions import Prediction
from xlbench.session.cold_start import ColdStart
from xlbench.session.many_texts import in_parallel
from xlbench.tasks.task import Kind, Task

CHUNK = 256
"""Examples that are tokenised together in a pass."""

NO_COUNTS = np.empty((0, 4), np.int32)

PER_TOKEN_HEADS = ("token-classification", "question-answering")


@dataclass(slots=True)
class OpenCell:
    """What a worker knows of one task in one language.

    Examples and windows stay on shelves between visits, of which a file takes what is more than
    a little; padded batches are made one at a time, when the loop asks for them. In memory are
    numbers alone: about 50 bytes for each example, and 12 for each window.

    Attributes:
        examples: without gold.
        windows: their rows, those of one example behind each other.
        counts: for each example its tokens, words, characters and whether it was cut, int32,
            shape ``(n, 4)``; none once the controller was told.
        lengths: tokens of each window, int32.
        starts: the first window of each example, and their number at the end, int64.
        plans: its offline batches.
        edges: padded lengths that static-shape runtimes compile for.
        halvings: how often memory ran out for the batches.
        windows_together: single-stream: windows of an example that make one batch at most;
            ``None``: all of them.
        cold: its first batch, by scenario.
        answers: digest of what the first pass predicted.
    """

    task: Task
    language: str
    kind: Kind
    labels: Sequence[str]
    examples: Sequence[Example]
    packing: Packing
    pad_id: int
    form: InputForm = AS_XTREME
    windows: Sequence[Window] = ()
    counts: np.ndarray = field(default_factory=lambda: NO_COUNTS, repr=False)
    lengths: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32), repr=False)
    starts: np.ndarray = field(default_factory=lambda: np.zeros(1, np.int64), repr=False)
    plans: tuple[BatchPlan, ...] = ()
    edges: tuple[int, ...] = ()
    halvings: int = 0
    windows_together: int | None = None
    cold: dict[Scenario, ColdStart] = field(
        default_factory=lambda: {scenario: ColdStart() for scenario in SCENARIOS}
    )
    answers: bytes | None = field(default=None, repr=False)

    def encode(self, tokenizer: object) -> int:
        """Tokenise all examples, and return the nanoseconds of that; make the plan at first."""
        keep = not self.plans
        windows, counts, lengths = Shelf[Window](), array("i"), array("i")
        starts = array("q", [0])
        spent_ns = 0
        with in_parallel():
            for first in range(0, len(self.examples), CHUNK):
                some = self.examples[first : first + CHUNK]
                start_ns = time.perf_counter_ns()
                part = self.encode_some(tokenizer, some)
                spent_ns += time.perf_counter_ns() - start_ns
                if keep:
                    windows.extend(part.windows)
                    lengths.extend(window.length for window in part.windows)
                    for c in part.counts:
                        counts.extend((c.tokens, c.words, c.chars, c.truncated))
                    starts.extend((_ends(part) + starts[-1]).tolist())
        if keep:
            self.windows, self.starts = windows, np.frombuffer(starts, np.int64)
            self.counts = np.frombuffer(counts, np.int32).reshape(-1, 4)
            self.lengths = np.frombuffer(lengths, np.int32)
            self.replan()
        return spent_ns

    def span(self, example: int) -> range:
        """Return the windows of an example."""
        return range(int(self.starts[example]), int(self.starts[example + 1]))

    def encode_some(self, tokenizer: object, examples: Sequence[Example]) -> Encoded:
        return self.kind.encode(tokenizer, self.task, examples, self.form)

    def replan(self) -> None:
        """Make the batches anew from the windows and the packing."""
        self.plans = plan(self.lengths, self.packing)
        self.edges = shapes_for(self.lengths, self.packing)

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
        most = self.windows_together or int(np.diff(self.starts).max())
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
        lengths = self._lengths_alone(example)
        if self.packed:
            return 1, int(lengths.sum())
        longest = int(lengths.max())
        return len(lengths), int(padded([longest], self.edges)[0]) if static_shapes else longest

    def dense_alone(self, example: int) -> bool:
        """Tell whether the windows in the first batch of an example are of one length."""
        return self.packed or len(np.unique(self._lengths_alone(example))) == 1

    def largest_alone(self, examples: Sequence[int] | None) -> int:
        """Return the example, of some or (``None``) all, whose first batch has most tokens."""

        def tokens(example: int) -> int:
            lengths = self._lengths_alone(example)
            return len(lengths) * int(lengths.max())

        if examples is None and self.windows_together is None:
            most = np.maximum.reduceat(self.lengths, self.starts[:-1])
            return int(np.argmax(np.diff(self.starts) * most))
        return max(range(len(self.examples)) if examples is None else examples, key=tokens)

    def _lengths_alone(self, example: int) -> np.ndarray:
        span = self.span(example)
        lengths: np.ndarray = self.lengths[span.start : span.stop][: self.windows_together]
        return lengths

    def decode(
        self,
        example: Example,
        windows: Sequence[Window],
        outputs: Sequence[tuple[np.ndarray, ...]],
    ) -> Prediction | np.ndarray:
        """Return the prediction of an example from its windows and their outputs."""
        return self.kind.decode(self.task, self.labels, example, windows, outputs)


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


def _ends(part: Encoded) -> np.ndarray:
    """The number of windows up to the end of each example."""
    owners = np.array([window.example for window in part.windows])
    ends: np.ndarray = np.searchsorted(owners, np.arange(1, len(part.counts) + 1))
    return ends
