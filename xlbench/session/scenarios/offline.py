"""Scenario ``offline``: all examples of the cell as padded batches, back to back.

As MLPerf's offline (Reddi et al. 2020, arXiv 1911.02549, section IV): everything is there
at the start and may be reordered. A whole pass tokenises, runs every batch and decodes;
its predictions are those that the metrics are computed from. What time is left, or all of
it in a partial visit, goes to further rounds of the batches.
"""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import cycle
from typing import Any

import numpy as np

from xlbench.flags import Flag
from xlbench.measure.loop import Step, Timing, timed_loop
from xlbench.predictions import Prediction
from xlbench.session.cell import OpenCell, finite, unpadded
from xlbench.session.cold_start import ColdStart
from xlbench.session.engine import Engine, as_numpy
from xlbench.session.visit import Assignment, Bench, Outcome
from xlbench.workers.samples import Sample


def run(cell: OpenCell, bench: Bench, assignment: Assignment, cold: ColdStart) -> Outcome:
    """Run a whole pass, or batches until the deadline."""
    outcome = Outcome()
    if cell.halvings:
        outcome.flags.add(Flag.OOM_HALVED)
    engine = bench.engine
    kept: dict[int, Any] = {}

    def prepare(unit: int) -> Any:
        return engine.host(cell.batch(unit))

    def keep(unit: int, outputs: Any) -> None:
        kept[unit] = engine.fetch(outputs)

    step = Step(prepare, engine.copy, engine.forward, keep)
    untold = Step(prepare, engine.copy, engine.forward, lambda unit, outputs: None)
    order = assignment.order(len(cell.plans))
    for unit in order:
        batch = cell.plans[unit]
        found = bench.warm.ensure(
            batch.shape,
            lambda unit=unit: timed_loop((unit,), untold, engine.clock)[0].latency_ns,  # type: ignore[misc]
            engine.masked(dense=batch.dense),
        )
        outcome.warmed(found, cold)
    start_ns = time.perf_counter_ns()
    if assignment.complete:
        outcome.tokenize_ns = cell.encode(bench.tokenizer)
        timings = timed_loop(order, step, engine.clock)
        outcome.decode_ns = _decode(cell, engine, kept, assignment.predictions, outcome)
        outcome.pass_ns = time.perf_counter_ns() - start_ns
        timings += timed_loop(cycle(order), untold, engine.clock, assignment.deadline_ns)
    else:
        timings = timed_loop(
            cycle(order), untold, engine.clock, assignment.deadline_ns, assignment.floor
        )
    outcome.samples = [_sample(timing, cell) for timing in timings]
    if timings:
        cold.note(timings[0].latency_ns, first_of_process=False)
    return outcome


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
    )


def _decode(
    cell: OpenCell, engine: Engine, kept: dict[int, Any], wanted: bool, outcome: Outcome
) -> int:
    """Turn outputs into predictions, compare them with the first pass; return the time."""
    engine.settle()
    start_ns = time.perf_counter_ns()
    rows: dict[int, tuple[np.ndarray, ...]] = {}
    for unit, outputs in kept.items():
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
