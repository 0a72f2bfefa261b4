"""What stands around a visit: the reference kernel before it, probes on both sides of it."""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass

import torch

from xlbench.cell import Cell
from xlbench.flags import Flag
from xlbench.measure.reference import Reference
from xlbench.probes.nvml import Nvml
from xlbench.probes.probe import Reading, Surroundings
from xlbench.probes.registry import IN_TURNS, PROBES, Around
from xlbench.session.cell import OpenCell
from xlbench.session.scenarios import SCENARIOS
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


class Instruments:
    """The reference kernel and the probes of a device.

    Args:
        device: on which the work is done.
        nvml: the GPU that it is; ``None``: it is none, or NVML is not to be had.
    """

    def __init__(self, device: torch.device, nvml: Nvml | None) -> None:
        self._on_cuda = device.type == "cuda"
        self._reference = Reference(device)
        surroundings = Surroundings(str(device), torch.cuda if self._on_cuda else None, nvml)
        self._around_visits = Around(PROBES, surroundings)
        self._around_turns = Around(IN_TURNS, surroundings)

    def reference_ns(self, bench: Bench) -> int:
        """Return how long the reference kernel takes at present."""
        yardstick = self._reference.steady_ns if self._on_cuda else self._reference.time_ns
        with torch.inference_mode():
            return yardstick(bench.engine.clock)

    def visit(self, cell: OpenCell, which: Cell, bench: Bench, assignment: Assignment) -> Observed:
        """Run a visit between all probes."""
        gc.collect()
        return _observed(cell, which, bench, assignment, self._around_visits)

    def turn(self, cell: OpenCell, which: Cell, bench: Bench, assignment: Assignment) -> Observed:
        """Run a turn between those probes that cost next to nothing."""
        return _observed(cell, which, bench, assignment, self._around_turns)


def _observed(
    cell: OpenCell, which: Cell, bench: Bench, assignment: Assignment, probes: Around
) -> Observed:
    """Run a scenario between probes, the garbage collector off."""
    run, cold = SCENARIOS[which.scenario], cell.cold[which.scenario]
    gc.disable()
    try:
        probes.start()
        start_ns = time.perf_counter_ns()
        with torch.inference_mode():
            outcome = run(cell, bench, assignment, cold)
        spent_ns = time.perf_counter_ns() - start_ns
        readings = probes.stop()
    finally:
        gc.enable()
    flags = tuple(sorted({*outcome.flags, *readings.flags}))
    return Observed(outcome, spent_ns, flags, readings.values)
