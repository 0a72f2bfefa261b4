"""The controller: visits cells in randomised rounds and writes down what they brought.

Decides where to go next and for how long; what a visit is, ``visits`` knows. Never imports torch.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import numpy as np

from xlbench.cell import OFFLINE, SINGLE_STREAM, ArmCell
from xlbench.results.parts import PartWriter
from xlbench.run.least import LeastTime, work_of
from xlbench.run.live_arm import LiveArm
from xlbench.run.resume import Done
from xlbench.run.rows import Position
from xlbench.run.schedule import Group, groups, shuffled, slice_s
from xlbench.run.tally import Tally, decided
from xlbench.run.visits import Inputs, Visits
from xlbench.settings import Settings
from xlbench.workers.protocol import Visit

FLOOR_SAMPLES = 6
"""Examples of a first single-stream visit: fewer bound no p50."""

LEAST_EXAMPLES = 400
"""A single-stream visit ends with the round over all examples in which it had this many, or four
times those so far: it may be precise enough by then, whatever its time."""


class Progress(Protocol):
    """What the controller tells a progress display."""

    def takes(self, least_s: float) -> None:
        """The first visits tell that every cell once, in each process, takes so many seconds."""
        ...

    def visiting(self, key: ArmCell) -> None:
        """A visit begins."""
        ...

    def waiting(self) -> None:
        """Now and then while a worker is waited for: a batch may be being timed."""
        ...

    def visited(self, key: ArmCell, settled: int, total: int, left_s: float) -> None:
        """A visit ended; ``settled`` of ``total`` cells need no more, ``left_s`` of budget."""
        ...

    def grouped(self, tallies: dict[ArmCell, Tally]) -> None:
        """All cells of a group are done for now and their rows are on disk."""
        ...


class Controller:
    """Runs the rounds of one run.

    Args:
        settings: what was asked for.
        inputs: what it works on.
        arms: the arms at work, by text.
        writer: takes the rows.
        earlier: what earlier segments of a resumed run measured.
        progress: told of each visit.
        now_s: seconds that have passed since any one moment.

    Attributes:
        tallies: what is known of each cell.
    """

    def __init__(
        self,
        settings: Settings,
        inputs: Inputs,
        arms: dict[str, LiveArm],
        writer: PartWriter,
        earlier: Done,
        progress: Progress,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._inputs, self._arms = settings, inputs, arms
        self._writer, self._progress, self._now_s = writer, progress, now_s
        self._cells = inputs.plan.cells(settings.scenarios)
        self.tallies = {key: earlier.tallies.get(key, Tally()) for key in self._cells}
        self._own = {key: Tally() for key in self._cells}
        self._left_s = settings.budget_s - earlier.spent_s
        self._next_visit = self._earlier_visits = earlier.visits
        self._process = earlier.processes
        self._processes = earlier.processes_left(settings.processes)
        self._rng = np.random.default_rng([settings.seed, self._next_visit])
        self._visits = Visits(inputs, settings.seed)
        work = work_of(self._cells, inputs.sizes, settings.few)
        self._least = LeastTime(work, settings.processes, self._tell_least)

    def run(self) -> None:
        """Measure every cell at least once in each process, then until done or out of time."""
        try:
            for process in range(self._processes):
                self._one_process(self._processes - process)
                self._process += 1
        finally:
            try:
                self._writer.flush()
            finally:
                for arm in self._arms.values():
                    arm.stop()

    def _one_process(self, processes_left: int) -> None:
        """Start the workers anew and measure every group with them."""
        self._own = {key: Tally() for key in self._cells}
        began = self._now_s()
        for arm in self._arms.values():
            arm.stop()
            arm.start()
        self._least.started(self._now_s() - began)
        waiting = groups(self._cells, self._inputs.sizes, self._rng)
        counts = [len(self._members(group)) for group in waiting]
        for index, group in enumerate(waiting):
            ahead = sum(counts[index:]) + sum(counts) * (processes_left - 1)
            share_s = max(0.0, self._left_s) * counts[index] / ahead
            self._group(group, share_s)
            self._writer.flush()
            self._progress.grouped(self.tallies)

    def _members(self, group: Group) -> list[ArmCell]:
        return [k for k in self._cells if k.task == group.task and k.language in group.languages]

    def _group(self, group: Group, share_s: float) -> None:
        members = self._members(group)
        needed = [k for k in members if not self._tally_done_for_process(k)]
        if not needed:
            return
        self._visits.forget(self._arms.values())
        left_s = share_s
        seen: set[ArmCell] = set()
        round_index = 0
        while True:
            open_cells = [
                k
                for k in needed
                if not self.tallies[k].failed and (k not in seen or not self._enough(k))
            ]
            if not open_cells or (round_index and left_s <= 0):
                return
            each_s = slice_s(left_s, len(open_cells), round_index)
            for position, key in enumerate(shuffled(open_cells, self._rng)):
                if self.tallies[key].failed or (key in seen and left_s <= 0):
                    continue
                spent_s = self._visit(key, round_index, position, each_s, key not in seen)
                seen.add(key)
                left_s -= spent_s
                self._left_s -= spent_s
                self._report(key)
            self._writer.flush()
            round_index += 1

    def _enough(self, key: ArmCell) -> bool:
        """Is the cell measured well enough; where there are several processes, in this one.

        Processes are compared later: each must know its own value well.
        """
        tally = (self._own if self._settings.processes > 1 else self.tallies)[key]
        return decided(key, tally, self._settings)

    def _tally_done_for_process(self, key: ArmCell) -> bool:
        """A resumed run visits only what lacks something; every process visits every cell."""
        tally = self.tallies[key]
        if self._settings.processes > 1:
            return tally.failed
        lacking = key.scenario == OFFLINE and not tally.predicted
        return tally.failed or (decided(key, tally, self._settings) and not lacking)

    def _report(self, key: ArmCell) -> None:
        settled = sum(1 for k, t in self.tallies.items() if decided(k, t, self._settings))
        self._progress.visited(key, settled, len(self.tallies), self._left_s)

    def _visit(self, key: ArmCell, round_: int, position: int, each_s: float, first: bool) -> float:
        """Visit a cell once and write down what came of it; return the seconds it took."""
        place = Position(self._next_visit, self._process, round_, position, time.time_ns())
        self._next_visit += 1
        self._progress.visiting(key)
        start = self._now_s()
        tally = self.tallies[key]
        plan = self._plan(key, tally, each_s, first)
        record = self._visits.visit(self._arms[key.arm], plan, place)
        self._writer.add_pass(record.row, record.sample_rows, record.predictions)
        if record.error is not None:
            tally.failed = True
        else:
            tally.predicted |= plan.predictions
            units, latencies_ns = (
                record.samples.column(name).tolist() for name in ("unit", "latency_ns")
            )
            for counted in (tally, self._own[key]):
                counted.add(units, latencies_ns, record.row["batches_digest"])
        self._writer.flush_if_due()
        spent_s = self._now_s() - start
        self._least.visited(key, spent_s, record.row.get("load_ns"))
        return spent_s

    def _tell_least(self, least_s: float) -> None:
        # A run that is gone on with visits what lacks something, not every cell.
        if not self._earlier_visits:
            self._progress.takes(least_s)

    def _plan(self, key: ArmCell, tally: Tally, each_s: float, first: bool) -> Visit:
        """Return what a visit is to do: the first, and any that has the time, a whole pass."""
        plan = Visit(
            key.cell,
            seed=int(self._rng.integers(2**31)),
            slice_ns=int(each_s * 1e9),
            floor=FLOOR_SAMPLES if first else 1,
        )
        if key.scenario == SINGLE_STREAM:
            return replace(plan, most=max(4 * len(tally.units), LEAST_EXAMPLES))
        return replace(
            plan,
            complete=first or not tally.predicted or (tally.pass_s() or 0) <= each_s,
            predictions=not tally.predicted,
        )
