"""What a scenario is asked to do in one visit, and what it brings back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import chain
from typing import Protocol

import numpy as np

from xlbench.flags import Flag
from xlbench.predictions import Prediction
from xlbench.session.cell import OpenCell
from xlbench.session.cold_start import ColdStart
from xlbench.session.engine import Engine
from xlbench.session.warm_shapes import Warmed, WarmShapes
from xlbench.workers.samples import Sample

SETTLE_NS = 50_000_000
TURN_SETTLE_NS = 10_000_000
"""As ``SETTLE_NS``, for turns: both arms find the caches alike, and the time is better spent on
the next pair of batches while the noise is still the same."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a visit is to do.

    Attributes:
        units: examples (single-stream) or batches (offline) in the order to run them;
            ``None``: all of them, in an order drawn from ``seed``.
        seed: of that order.
        deadline_ns: host time after which nothing new begins, once ``floor`` are done.
        floor: units to run whatever the deadline says.
        most: single-stream without ``units``: whole rounds until this many were run.
        complete: offline: a whole pass, tokenising and decoding included.
        predictions: offline: bring the predictions of the whole pass.
        refill: the allocator holds nothing in reserve: each shape runs once before anything is
            timed, or the first timed batches would pay for getting memory from the driver.
        settle_ns: a first pass expected to take less than this is run once more and not
            counted: what other work left in the caches would be a visible part of it.
    """

    units: tuple[int, ...] | None
    seed: int
    deadline_ns: int
    floor: int
    most: int | None = None
    complete: bool = False
    predictions: bool = False
    refill: bool = False
    settle_ns: int = SETTLE_NS

    def order(self, count: int) -> list[int]:
        """Return the units to run, of ``count``."""
        if self.units is not None:
            return list(self.units)
        order: list[int] = np.random.default_rng(self.seed).permutation(count).tolist()
        return order

    def rounds(self, count: int) -> Iterator[int]:
        """Yield the units to run, of ``count``: without ``units`` round after round of all."""
        if self.units is not None:
            return iter(self.units)
        draw = np.random.default_rng(self.seed)
        rounds = -(-(self.most or count) // count)
        return map(int, chain.from_iterable(draw.permutation(count) for _ in range(rounds)))


@dataclass(slots=True)
class Outcome:
    """What a visit brought: samples, totals of a whole pass, warm-up, flags, predictions, and the
    examples of a whole pass whose outputs were NaN or infinite."""

    samples: list[Sample] = field(default_factory=list)
    tokenize_ns: int | None = None
    decode_ns: int | None = None
    pass_ns: int | None = None
    warm_up_passes: int = 0
    flags: set[Flag] = field(default_factory=set)
    predictions: Sequence[Prediction] | None = None
    embeddings: np.ndarray | None = None
    non_finite: int | None = None

    def warmed(self, found: Warmed | None, cold: ColdStart) -> None:
        """Note that a shape was warmed up, or that none had to be."""
        if found is None:
            return
        cold.note(found.first_ns, found.first_of_process)
        self.warm_up_passes += found.passes
        if not found.steady:
            self.flags.add(Flag.WARM_UP_UNSTEADY)


@dataclass(frozen=True, slots=True)
class Bench:
    """What a scenario works with.

    Attributes:
        engine: the model on its device.
        tokenizer: that of the model.
        warm: the shapes that are warm.
        timed: to be entered around every stretch of timed batches, and nothing else.
    """

    engine: Engine
    tokenizer: object
    warm: WarmShapes
    timed: Callable[[], AbstractContextManager[None]] = nullcontext


class Run(Protocol):
    """Runs one visit to a cell.

    Raises:
        torch.cuda.OutOfMemoryError: for ``halving`` to see to.
    """

    def __call__(
        self, cell: OpenCell, bench: Bench, assignment: Assignment, cold: ColdStart
    ) -> Outcome: ...
