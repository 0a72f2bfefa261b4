"""Scenario ``offline``: all examples of the cell as padded batches, back to back.

As MLPerf's offline (Reddi et al. 2020, arXiv 1911.02549, section IV): everything is there
at the start and may be reordered. A whole pass tokenises, runs every batch and decodes;
its predictions are those that the metrics are computed from. What time is left, or all of
it in a partial visit, goes to further rounds of the batches.
"""

from __future__ import annotations

import time
from itertools import cycle
from typing import Any

import numpy as np

from xlbench.measure.loop import Step, timed_loop
from xlbench.predictions import Prediction
from xlbench.workers.cell import Cell, unpadded
from xlbench.workers.engine import Engine, as_numpy, out_of_memory
from xlbench.workers.visit import Order, Visit, Warmth, row


def offline(cell: Cell, engine: Engine, tokenizer: object, warm: Warmth, order: Order) -> Visit:
    """Run a whole pass, or batches until the deadline; halve the batches if memory runs out."""
    while True:
        halvings = cell.halvings
        try:
            visit = _offline(cell, engine, tokenizer, warm, order)
        except Exception as error:
            if not out_of_memory(error) or not cell.halve():
                raise
        if cell.halvings == halvings:
            if halvings:
                visit.flags.add("oom-halved")
            return visit
        engine.free()
        order = Order(
            list(range(len(cell.plans))),
            order.deadline_ns,
            order.floor,
            order.complete,
            order.predictions,
        )


def _offline(cell: Cell, engine: Engine, tokenizer: object, warm: Warmth, order: Order) -> Visit:
    visit = Visit()
    kept: dict[int, Any] = {}

    def prepare(unit: int) -> Any:
        return engine.host(cell.batch(unit))

    def keep(unit: int, outputs: Any) -> None:
        kept[unit] = engine.fetch(outputs)

    step = Step(prepare, engine.copy, engine.forward, keep)
    untold = Step(prepare, engine.copy, engine.forward, lambda unit, outputs: None)
    for unit in order.units:
        shape = cell.plans[unit].shape
        warm.ensure(
            shape,
            lambda unit=unit: timed_loop((unit,), untold, engine.clock)[0].latency_ns,  # type: ignore[misc]
            cell,
            visit,
        )
    start_ns = time.perf_counter_ns()
    if order.complete:
        visit.tokenize_ns = cell.encode(tokenizer)
        timings = timed_loop(order.units, step, engine.clock)
        visit.decode_ns = _decode(cell, engine, kept, order, visit)
        visit.pass_ns = time.perf_counter_ns() - start_ns
        timings += timed_loop(cycle(order.units), untold, engine.clock, order.deadline_ns)
    else:
        timings = timed_loop(
            cycle(order.units), untold, engine.clock, order.deadline_ns, order.floor
        )
    nothing = (-1, -1, -1)
    visit.samples = [
        row(t, cell.plans[t.unit].shape, cell.plans[t.unit].tokens, nothing) for t in timings
    ]
    return visit


def _decode(cell: Cell, engine: Engine, kept: dict[int, Any], order: Order, visit: Visit) -> int:
    """Turn outputs into predictions, compare them with the first pass; return the time."""
    engine.settle()
    start_ns = time.perf_counter_ns()
    rows: dict[int, tuple[np.ndarray, ...]] = {}
    for unit, outputs in kept.items():
        members = cell.plans[unit].rows
        parts = unpadded(cell.kind, [cell.windows[r] for r in members], as_numpy(outputs))
        rows.update(zip(members, parts, strict=True))
    decoded = [cell.decode(example, rows) for example in range(len(cell.examples))]
    spent = time.perf_counter_ns() - start_ns
    predictions = [p for p in decoded if isinstance(p, Prediction)]
    if predictions:
        values = [p.value for p in predictions]
        if cell.answers is not None and cell.answers != values:
            visit.flags.add("nondeterministic")
        cell.answers = cell.answers or values
    if order.predictions:
        if predictions:
            visit.answers = [[p.id, p.value, p.score] for p in predictions]
        elif decoded:
            visit.embeddings = np.stack(decoded)  # type: ignore[arg-type]
    return spent
