"""Scenario ``offline``: all examples of the cell as padded batches, back to back.

As MLPerf's offline (Reddi et al. 2020, arXiv 1911.02549, section IV): everything is there
at the start and may be reordered. A whole pass tokenises, runs every batch and decodes;
its predictions are those that the metrics are computed from. What time is left, or all of
it in a partial visit, goes to further rounds of the batches.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle
from typing import Any

import numpy as np

from xlbench.flags import Flag
from xlbench.measure.loop import Step, Timing, timed_loop
from xlbench.predictions import Prediction
from xlbench.session.cell import OpenCell, finite, unpadded
from xlbench.session.cold_start import ColdStart
from xlbench.session.engine import as_numpy
from xlbench.session.kept_outputs import KeptOutputs
from xlbench.session.visit import Assignment, Bench, Outcome
from xlbench.workers.samples import Sample


def run(cell: OpenCell, bench: Bench, assignment: Assignment, cold: ColdStart) -> Outcome:
    """Run a whole pass, or batches until the deadline."""
    outcome = Outcome()
    if cell.halvings:
        outcome.flags.add(Flag.OOM_HALVED)
    engine = bench.engine
    kept = KeptOutputs(engine)

    def prepare(unit: int) -> Any:
        return engine.host(cell.batch(unit))

    def keep(unit: int, outputs: Any) -> None:
        kept.add(unit, outputs)

    step = Step(prepare, engine.copy, engine.forward, keep)
    untold = Step(prepare, engine.copy, engine.forward, lambda unit, outputs: None)
    order = assignment.order(len(cell.plans))
    _make_ready(order, untold, cell, bench, assignment.refill, outcome, cold)
    start_ns = time.perf_counter_ns()
    if assignment.complete:
        outcome.tokenize_ns = cell.encode(bench.tokenizer)
        with bench.timed():
            timings = timed_loop(order, step, engine.clock)
        outcome.decode_ns = _decode(cell, kept, assignment.predictions, outcome)
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


def _decode(cell: OpenCell, kept: KeptOutputs, wanted: bool, outcome: Outcome) -> int:
    """Turn outputs into predictions, compare them with the first pass; return the time."""
    outputs_of = kept.all()
    start_ns = time.perf_counter_ns()
    rows: dict[int, tuple[np.ndarray, ...]] = {}
    for unit, outputs in outputs_of.items():
        members = cell.plans[unit].rows
        windows = [cell.windows[row] for row in members]
        parts = unpadded(cell.kind, windows, as_numpy(outputs), cell.packed)
        rows.update(zip(members, parts, strict=True))
    decoded = [cell.decode(example, rows) for example in range(len(cell.examples))]
    spent = time.perf_counter_ns() - start_ns
    bad = {row for row, outputs in rows.items() if not finite(outputs)}
    outcome.non_finite = sum(any(row in bad for row in span) for span in cell.spans)
    if bad:
        outcome.flags.add(Flag.NON_FINITE)
    predictions = [p for p in decoded if isinstance(p, Prediction)]
    if predictions:
        values = [p.value for p in predictions]
        if cell.answers is not None and cell.answers != values:
            outcome.flags.add(Flag.NONDETERMINISTIC)
        cell.answers = cell.answers or values
    if wanted:
        if predictions:
            outcome.predictions = predictions
        elif decoded:
            outcome.embeddings = np.stack(decoded)  # type: ignore[arg-type]
    return spent
