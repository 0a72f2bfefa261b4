"""Scenario ``offline``: all examples of the cell as padded batches, back to back.

As MLPerf's offline (Reddi et al. 2020, arXiv 1911.02549, section IV): everything is there
at the start and may be reordered. A whole pass tokenises, runs every batch and decodes;
its predictions are those that the metrics are computed from. What time is left, or all of
it in a partial visit, goes to further rounds of the batches.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import cycle
from typing import Any

import numpy as np

from xlbench.flags import Flag
from xlbench.held.matrix import stacked
from xlbench.held.shelf import Shelf
from xlbench.measure.loop import Step, Timing, timed_loop
from xlbench.predictions import Prediction
from xlbench.session.cell import CHUNK, OpenCell, unpadded
from xlbench.session.cold_start import ColdStart
from xlbench.session.engine import as_numpy
from xlbench.session.kept_outputs import KeptOutputs
from xlbench.session.outputs import Outputs
from xlbench.session.room import Room
from xlbench.session.visit import Assignment, Bench, Outcome
from xlbench.workers.samples import Sample

STRETCH_BYTES = 32 * 2**20
"""Outputs on the host at which a pass stops to put them away: its memory is bounded by them."""


def run(cell: OpenCell, bench: Bench, assignment: Assignment, cold: ColdStart) -> Outcome:
    """Run a whole pass, or batches until the deadline."""
    outcome = Outcome()
    if cell.halvings:
        outcome.flags.add(Flag.OOM_HALVED)
    engine = bench.engine

    def prepare(unit: int) -> Any:
        return engine.host(cell.batch(unit))

    untold = Step(prepare, engine.copy, engine.forward, lambda unit, outputs: None)
    order = assignment.order(len(cell.plans))
    _make_ready(order, untold, cell, bench, assignment.refill, outcome, cold)
    start_ns = time.perf_counter_ns()
    if assignment.complete:
        outcome.tokenize_ns = cell.encode(bench.tokenizer)
        timings, outputs, kept_ns = _pass(cell, bench, untold, order)
        outcome.decode_ns = kept_ns + _decode(cell, outputs, assignment.predictions, outcome)
        outcome.pass_ns = time.perf_counter_ns() - start_ns
        with bench.timed():
            timings += timed_loop(cycle(order), untold, engine.clock, assignment.deadline_ns)
    else:
        with bench.timed():
            timings = timed_loop(
                cycle(order), untold, engine.clock, assignment.deadline_ns, assignment.floor
            )
    outcome.samples = [_sample(timing, cell) for timing in timings]
    if timings:
        cold.note(timings[0].latency_ns, first_of_process=False)
    return outcome


def _make_ready(
    order: Sequence[int],
    untold: Step,
    cell: OpenCell,
    bench: Bench,
    refill: bool,
    outcome: Outcome,
    cold: ColdStart,
) -> None:
    """Warm up the shapes of a visit; where the allocator is empty, run each once at least.

    Where each shape is prepared for itself the largest comes first: what it takes in memory is
    then there for the others.
    """
    engine = bench.engine
    if engine.prepares_each_shape:
        order = sorted(order, key=lambda unit: cell.plans[unit].padded_tokens, reverse=True)
    ran: set[tuple[tuple[int, int], bool]] = set()
    for unit in order:
        batch = cell.plans[unit]
        masked = engine.masked(dense=batch.dense)

        def once(unit: int = unit) -> int:
            return timed_loop((unit,), untold, engine.clock)[0].latency_ns

        found = bench.warm.ensure(batch.shape, once, masked)
        if found is None and refill and (batch.shape, masked) not in ran:
            once()
        ran.add((batch.shape, masked))
        outcome.warmed(found, cold)


def _pass(
    cell: OpenCell, bench: Bench, untold: Step, order: list[int]
) -> tuple[list[Timing], Outputs, int]:
    """Run every batch once; return timings, outputs, and the time it took to put those away."""
    waiting, timings, kept_ns = deque(order), list[Timing](), 0
    outputs = Outputs(len(cell.windows))
    room = Room(2 * STRETCH_BYTES)
    while waiting:
        room.clear()
        kept = KeptOutputs(bench.engine, room)
        timings += _stretch(waiting, bench, untold, kept)
        start_ns = time.perf_counter_ns()
        for unit, tensors in kept.all():
            members = cell.plans[unit].rows
            windows = [cell.windows[row] for row in members]
            parts = unpadded(cell.kind, windows, as_numpy(tensors), cell.packed)
            for row, own in zip(members, parts, strict=True):
                outputs.put(row, own)
        kept_ns += time.perf_counter_ns() - start_ns
    return timings, outputs, kept_ns


def _stretch(waiting: deque[int], bench: Bench, untold: Step, kept: KeptOutputs) -> list[Timing]:
    """Run batches until their outputs are as much as is to be held."""
    held_bytes = 0

    def keep(unit: int, outputs: Any) -> None:
        nonlocal held_bytes
        held_bytes += sum(tensor.nbytes for tensor in outputs)
        kept.add(unit, outputs)

    def units() -> Iterator[int]:
        while waiting and held_bytes < STRETCH_BYTES:
            yield waiting.popleft()

    with bench.timed():
        return timed_loop(units(), replace(untold, keep=keep), bench.engine.clock)


def shrink(cell: OpenCell, assignment: Assignment) -> Assignment | None:
    """Halve the batches; ``None``: each is one row.

    Batches that were asked for by number would be other batches now: all are run instead, in an
    order drawn from the seed.
    """
    return replace(assignment, units=None) if cell.halve() else None


def _sample(timing: Timing, cell: OpenCell) -> Sample:
    batch = cell.plans[timing.unit]
    return Sample(
        unit=timing.unit,
        start_ns=timing.start_ns,
        rows=len(batch.rows),
        padded_length=batch.padded_length,
        tokens=batch.tokens,
        latency_ns=timing.latency_ns,
        h2d_ns=timing.h2d_ns,
        forward_ns=timing.forward_ns,
        cycle_ns=timing.cycle_ns,
    )


def _decode(cell: OpenCell, outputs: Outputs, wanted: bool, outcome: Outcome) -> int:
    """Turn outputs into predictions, compare them with the first pass; return the time."""
    start_ns = time.perf_counter_ns()
    predictions, answers = Shelf[Prediction](), hashlib.blake2b(digest_size=16)

    def embeddings() -> Iterator[np.ndarray]:
        for decoded in _decoded(cell, outputs):
            vectors = [each for each in decoded if isinstance(each, np.ndarray)]
            for each in decoded:
                if isinstance(each, Prediction):
                    answers.update(f"{len(each.value)} {each.value}".encode())
                    if wanted:
                        predictions.append(each)
            if wanted and vectors:
                yield np.stack(vectors)

    vectors = stacked(embeddings())
    spent_ns = time.perf_counter_ns() - start_ns
    owners = np.searchsorted(cell.starts, np.flatnonzero(outputs.broken), side="right")
    outcome.non_finite = len(np.unique(owners))
    if outcome.non_finite:
        outcome.flags.add(Flag.NON_FINITE)
    if cell.answers not in (None, answers.digest()):
        outcome.flags.add(Flag.NONDETERMINISTIC)
    cell.answers = cell.answers or answers.digest()
    if wanted:
        outcome.predictions = predictions if len(predictions) else None
        outcome.embeddings = vectors if len(vectors) else None
    return spent_ns


def _decoded(cell: OpenCell, outputs: Outputs) -> Iterator[list[Prediction | np.ndarray]]:
    """Yield what the examples are decoded to, some of them at a time, in their order."""
    for first in range(0, len(cell.examples), CHUNK):
        examples = cell.examples[first : first + CHUNK]
        begin = int(cell.starts[first])
        windows = cell.windows[begin : int(cell.starts[first + len(examples)])]
        some = []
        for number, example in enumerate(examples, start=first):
            span = cell.span(number)
            own = windows[span.start - begin : span.stop - begin]
            some.append(cell.decode(example, own, outputs.of(span)))
        yield some
