"""Scenario ``single-stream``: one example after another, each from text to prediction.

As MLPerf's single-stream (Reddi et al. 2020, arXiv 1911.02549, section IV): the next query
is sent when the last is complete. All windows of a long example make one batch, or several where
device memory ran out. Latency is copy and forward; tokenising, decoding and the whole are timed
beside it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from xlbench.encode.window import Window
from xlbench.examples import Example
from xlbench.flags import Flag
from xlbench.measure.loop import Step, Timing, timed_loop
from xlbench.session.cell import OpenCell, finite, unpadded
from xlbench.session.cold_start import ColdStart
from xlbench.session.engine import as_numpy
from xlbench.session.visit import Assignment, Bench, Outcome
from xlbench.session.warm_shapes import Warmed
from xlbench.workers.samples import Sample


def run(cell: OpenCell, bench: Bench, assignment: Assignment, cold: ColdStart) -> Outcome:
    """Run examples until the deadline, at least ``assignment.floor`` of them."""
    outcome = Outcome()
    if cell.windows_together is not None:
        outcome.flags.add(Flag.OOM_HALVED)
    stream = _Stream(cell, bench)

    def warmed(example: int) -> Warmed | None:
        found = bench.warm.ensure(
            cell.shape_alone(example, bench.engine.static_shapes),
            lambda: stream.run(example).latency_ns,
            bench.engine.masked(dense=cell.dense_alone(example)),
        )
        outcome.warmed(found, cold)
        return found

    if bench.engine.prepares_each_shape:
        # What the largest takes in memory is then there for the others.
        largest = cell.largest_alone(assignment.units)
        if warmed(largest) is None and assignment.refill:
            stream.run(largest)
    with ExitStack() as timed:
        begun = False
        for example in assignment.rounds(len(cell.examples)):
            late = time.perf_counter_ns() >= assignment.deadline_ns
            if late and len(outcome.samples) >= assignment.floor:
                break
            shape = cell.shape_alone(example, bench.engine.static_shapes)
            masked = bench.engine.masked(dense=cell.dense_alone(example))
            if begun and not bench.warm.is_warm(shape, masked):
                timed.close()
                begun = False
            warmed(example)
            # The caches hold what other cells and arms left there.
            if not outcome.samples and bench.warm.takes_less(shape, assignment.settle_ns):
                cold.note(stream.run(example).latency_ns, first_of_process=False)
            if not begun:
                timed.enter_context(bench.timed())
                begun = True
            sample = stream.run(example)
            cold.note(sample.latency_ns, first_of_process=False)
            outcome.samples.append(sample)
    if stream.non_finite:
        outcome.flags.add(Flag.NON_FINITE)
    return outcome


def shrink(cell: OpenCell, assignment: Assignment) -> Assignment | None:
    """Run half as many windows of an example together; ``None``: it was one."""
    return assignment if cell.halve_together() else None


class _Stream:
    """Takes one example at a time through all stages."""

    def __init__(self, cell: OpenCell, bench: Bench) -> None:
        self._cell, self._engine, self._tokenizer = cell, bench.engine, bench.tokenizer
        self.non_finite = False
        self._example: Example | None = None
        self._start_ns = self._tokenize_ns = self._done_ns = 0
        self._parts: list[Sequence[Window]] = []
        self._padded: list[tuple[int, int]] = []
        self._outputs: list[Any] = []
        self._step = Step(self._prepare, self._engine.copy, self._engine.forward, self._keep)

    def run(self, example: int) -> Sample:
        """Return the sample of one example."""
        cell = self._cell
        self._begin(example)
        timings = timed_loop(range(len(self._parts)), self._step, self._engine.clock)
        windows = [window for part in self._parts for window in part]
        assert self._example is not None
        rows = [
            row
            for part, outputs in zip(self._parts, self._outputs, strict=True)
            for row in unpadded(cell.kind, part, as_numpy(outputs), cell.packed)
        ]
        cell.decode(self._example, windows, rows)
        end_ns = time.perf_counter_ns()
        self.non_finite = self.non_finite or not all(map(finite, rows))
        return Sample(
            unit=example,
            start_ns=self._start_ns,
            rows=sum(rows for rows, _ in self._padded),
            padded_length=max(length for _, length in self._padded),
            tokens=sum(window.length for window in windows),
            latency_ns=sum(timing.latency_ns for timing in timings),
            h2d_ns=_h2d_ns(timings),
            forward_ns=sum(timing.forward_ns for timing in timings),
            tokenize_ns=self._tokenize_ns,
            decode_ns=end_ns - self._done_ns,
            end_to_end_ns=end_ns - self._start_ns,
        )

    def _begin(self, example: int) -> None:
        # Not timed: where the example is held is no matter of the model's.
        self._example = self._cell.examples[example]
        self._start_ns = time.perf_counter_ns()
        encoded = self._cell.encode_some(self._tokenizer, [self._example])
        self._tokenize_ns = time.perf_counter_ns() - self._start_ns
        self._parts = self._cell.together(encoded.windows)
        self._padded.clear()
        self._outputs.clear()

    def _prepare(self, part: int) -> Any:
        windows = self._parts[part]
        arrays = self._cell.alone(windows, self._engine.static_shapes)
        longest = max(window.length for window in windows)
        length = longest if self._cell.packed else arrays.ids.shape[1]
        self._padded.append((len(windows), length))
        return self._engine.host(arrays)

    def _keep(self, _: int, outputs: Any) -> None:
        self._engine.settle()
        self._done_ns = time.perf_counter_ns()
        self._outputs.append(self._engine.fetch(outputs))
        self._engine.settle()


def _h2d_ns(timings: Sequence[Timing]) -> int | None:
    copies = [timing.h2d_ns for timing in timings if timing.h2d_ns is not None]
    return sum(copies) if copies else None
