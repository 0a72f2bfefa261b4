"""What one visit to a cell brings back, whatever the scenario."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from xlbench.measure.loop import Timing
from xlbench.measure.warmup import Rule, WarmUp, warm_up
from xlbench.workers.cell import Cell
from xlbench.workers.engine import Engine

Shape = tuple[int, int]

SETTLE_NS = 50_000_000


@dataclass(frozen=True, slots=True)
class Order:
    """What a visit is asked to do.

    Attributes:
        units: single-stream: examples, offline: batches, in the order to run them.
        deadline_ns: host time after which nothing new begins, once ``floor`` are done.
        floor: units to run whatever the deadline says.
        complete: offline: a whole pass, tokenising and decoding included.
        predictions: send the predictions of a whole pass back.
        settle_ns: a first pass expected to take less than this is run once more and not
            counted: what other work left in the caches would be a visible part of it.
    """

    units: list[int]
    deadline_ns: int
    floor: int
    complete: bool = False
    predictions: bool = False
    settle_ns: int = SETTLE_NS


@dataclass(slots=True)
class Visit:
    """Samples (rows of ``columns.SAMPLE_COLUMNS``), totals of a whole pass, flags and warm-up."""

    samples: list[tuple[int, ...]] = field(default_factory=list)
    tokenize_ns: int | None = None
    decode_ns: int | None = None
    pass_ns: int | None = None
    warm_up_passes: int = 0
    flags: set[str] = field(default_factory=set)
    answers: list[Any] | None = None
    embeddings: np.ndarray | None = None


class Scenario(Protocol):
    """Runs one visit to a cell."""

    def __call__(
        self, cell: Cell, engine: Engine, tokenizer: object, warm: Warmth, order: Order
    ) -> Visit: ...


class Warmth:
    """Which shapes of a loaded model are warm already, and warms those that are not.

    With ``eager`` execution a shape needs nothing compiled; so once the model is warm and
    its passes are slow (``SLOW_NS``), a new shape would only repeat what is warm.
    """

    SLOW_NS = 250_000_000

    def __init__(self, rule: Rule, static_shapes: bool) -> None:
        self._rule, self._static = rule, static_shapes
        self._warm: set[Shape] = set()
        self._ns_per_token: float | None = None

    def expects_ns(self, shape: Shape) -> float | None:
        """Return what a pass of this shape should take; ``None`` before the first."""
        rate = self._ns_per_token
        return None if rate is None else rate * shape[0] * shape[1]

    def takes_less(self, shape: Shape, than_ns: int) -> bool:
        """Tell whether a pass of this shape is expected to take less than ``than_ns``."""
        expected = self.expects_ns(shape)
        return expected is not None and expected < than_ns

    def ensure(self, shape: Shape, once: Callable[[], int], cell: Cell, visit: Visit) -> None:
        """Warm ``shape`` up by calling ``once``, unless it is warm; note what it took."""
        if shape in self._warm:
            return
        expected = self.expects_ns(shape)
        if not self._static and expected is not None and expected > self.SLOW_NS:
            self._warm.add(shape)
            return
        result: WarmUp = warm_up(once, self._rule)
        if cell.first_batch_ns is None:
            cell.first_batch_ns = result.times_ns[0]
            cell.first_of_process = not self._warm
        self._warm.add(shape)
        self._ns_per_token = result.times_ns[-1] / (shape[0] * shape[1])
        visit.warm_up_passes += len(result.times_ns)
        if not result.steady:
            visit.flags.add("warm-up-unsteady")


def row(timing: Timing, shape: Shape, tokens: int, stages: tuple[int, int, int]) -> tuple[int, ...]:
    """Return a sample: a timing, its shape and tokens, and (tokenise, decode, end to end)."""
    h2d = -1 if timing.h2d_ns is None else timing.h2d_ns
    return (
        timing.unit,
        timing.start_ns,
        *shape,
        tokens,
        timing.latency_ns,
        h2d,
        timing.forward_ns,
        *stages,
    )
