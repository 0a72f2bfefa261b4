"""What stands around a visit: the reference kernels before it, probes on both sides of it."""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass, replace

import torch

from xlbench.cell import Cell
from xlbench.flags import Flag
from xlbench.measure.clock import HostClock
from xlbench.measure.reference import Reference
from xlbench.probes.probe import Reading, Surroundings
from xlbench.probes.registry import IN_TURNS, PROBES, Around
from xlbench.session.cell import OpenCell
from xlbench.session.engine import Engine
from xlbench.session.many_texts import tokenising
from xlbench.session.scenarios import SCENARIOS
from xlbench.session.thread_gain import thread_gain
from xlbench.session.visit import Assignment, Bench, Outcome


@dataclass(frozen=True, slots=True)
class Observed:
    """What a scenario brought, and what was seen around it.

    Attributes:
        spent_ns: time between the probes.
        flags: of the scenario and of the probes.
        readings: of the probes, by column.
    """

    outcome: Outcome
    spent_ns: int
    flags: tuple[Flag, ...]
    readings: dict[str, Reading]


@dataclass(frozen=True, slots=True)
class References:
    """How long the reference kernels take at present."""

    device_ns: int
    host_ns: int


class Instruments:
    """The reference kernels and the probes of a device.

    Args:
        reference: the kernel on the device.
        surroundings: what the probes may look at.
    """

    def __init__(self, reference: Reference, surroundings: Surroundings) -> None:
        self._on_cuda = surroundings.cuda is not None
        self._reference, self._host_reference = reference, Reference(torch.device("cpu"))
        surroundings = replace(
            surroundings, unseen_peak_bytes=self._unseen_peak_bytes, bystanders=tokenising
        )
        self._around_visits = Around(PROBES, surroundings)
        self._around_turns = Around(IN_TURNS, surroundings)
        self._engine: Engine | None = None

    def references(self, bench: Bench) -> References:
        """Return how long the kernel of the device and that of the host take at present."""
        with torch.inference_mode():
            if not self._on_cuda:
                host_ns = self._reference.time_ns(bench.engine.clock)
                return References(host_ns, host_ns)
            host_ns = self._host_reference.time_ns(HostClock())
            # Last, for it leaves the device at the clock that it has under load.
            return References(self._reference.steady_ns(bench.engine.clock), host_ns)

    def thread_gain(self) -> float | None:
        """Return the time of the host's kernel with one thread over that with all."""
        with torch.inference_mode():
            return thread_gain(
                torch.get_num_threads(),
                lambda: self._host_reference.time_ns(HostClock()),
                torch.set_num_threads,
            )

    def visit(self, cell: OpenCell, which: Cell, bench: Bench, assignment: Assignment) -> Observed:
        """Run a visit between all probes."""
        gc.collect()
        return self._observed(cell, which, bench, assignment, self._around_visits)

    def turn(self, cell: OpenCell, which: Cell, bench: Bench, assignment: Assignment) -> Observed:
        """Run a turn between those probes that cost next to nothing."""
        return self._observed(cell, which, bench, assignment, self._around_turns)

    def _observed(
        self, cell: OpenCell, which: Cell, bench: Bench, assignment: Assignment, probes: Around
    ) -> Observed:
        """Run a scenario between probes, the garbage collector off.

        Where memory runs out the probes start anew with each attempt: what they tell is of the one
        that went through.
        """
        run, cold = SCENARIOS[which.scenario], cell.cold[which.scenario]
        self._engine = bench.engine
        start_ns = 0

        def begin() -> None:
            nonlocal start_ns
            bench.engine.begin()
            probes.start()
            start_ns = time.perf_counter_ns()

        gc.disable()
        try:
            with torch.inference_mode():
                outcome = run(cell, replace(bench, timed=probes.timed), assignment, cold, begin)
            spent_ns = time.perf_counter_ns() - start_ns
            readings = probes.stop()
        finally:
            gc.enable()
            self._engine = None
        flags = tuple(sorted({*outcome.flags, *readings.flags}))
        return Observed(outcome, spent_ns, flags, readings.values)

    def _unseen_peak_bytes(self) -> int:
        return 0 if self._engine is None else self._engine.unseen_peak_bytes()
