"""Scenario ``single-stream``: one example after another, each from text to prediction.

As MLPerf's single-stream (Reddi et al. 2020, arXiv 1911.02549, section IV): the next query
is sent when the last is complete. All windows of a long example make one batch. Latency is
copy and forward; tokenising, decoding and the whole are timed beside it.
"""

from __future__ import annotations

import time
from typing import Any

from xlbench.encode.window import Window
from xlbench.measure.loop import Step, timed_loop
from xlbench.workers.cell import Cell, unpadded
from xlbench.workers.engine import Engine, as_numpy
from xlbench.workers.visit import Order, Visit, Warmth, row


def single_stream(
    cell: Cell, engine: Engine, tokenizer: object, warm: Warmth, order: Order
) -> Visit:
    """Run examples until the deadline, at least ``order.floor`` of them."""
    visit = Visit()
    stream = _Stream(cell, engine, tokenizer)
    settled = False
    for example in order.units:
        if time.perf_counter_ns() >= order.deadline_ns and len(visit.samples) >= order.floor:
            break
        shape = cell.alone_shape(example, engine.static_shapes)
        warm.ensure(shape, lambda example=example: stream.run(example)[0], cell, visit)  # type: ignore[misc]
        if not settled:
            # The caches hold what other cells and arms left there.
            settled = True
            if warm.takes_less(shape, order.settle_ns):
                stream.run(example)
        visit.samples.append(stream.run(example)[1])
    return visit


class _Stream:
    """Takes one example at a time through all stages."""

    def __init__(self, cell: Cell, engine: Engine, tokenizer: object) -> None:
        self._cell, self._engine, self._tokenizer = cell, engine, tokenizer
        self._windows: tuple[Window, ...] = ()
        self._tokenize_ns = self._done_ns = 0
        self._shape = (0, 0)
        self._outputs: Any = None
        self._step = Step(self._prepare, engine.copy, engine.forward, self._keep)

    def run(self, example: int) -> tuple[int, tuple[int, ...]]:
        """Return the latency in nanoseconds and the whole sample of one example."""
        cell = self._cell
        (timing,) = timed_loop((example,), self._step, self._engine.clock)
        rows = unpadded(cell.kind, self._windows, as_numpy(self._outputs))
        cell.kind.decode(cell.task, cell.labels, cell.examples[example], self._windows, rows)
        end_ns = time.perf_counter_ns()
        stages = self._tokenize_ns, end_ns - self._done_ns, end_ns - timing.start_ns
        tokens = sum(window.length for window in self._windows)
        return timing.latency_ns, row(timing, self._shape, tokens, stages)

    def _prepare(self, example: int) -> Any:
        start_ns = time.perf_counter_ns()
        encoded = self._cell.encode_some(self._tokenizer, [self._cell.examples[example]])
        self._tokenize_ns = time.perf_counter_ns() - start_ns
        self._windows = encoded.windows
        arrays = self._cell.alone(encoded.windows, self._engine.static_shapes)
        self._shape = arrays.ids.shape[0], arrays.ids.shape[1]
        return self._engine.host(arrays)

    def _keep(self, _: int, outputs: Any) -> None:
        self._engine.settle()
        self._done_ns = time.perf_counter_ns()
        self._outputs = self._engine.fetch(outputs)
        self._engine.settle()
