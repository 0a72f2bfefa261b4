"""One pair of fresh processes, or one for each of more arms, over all cells still open."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from xlbench.cell import OFFLINE, ArmCell, Cell
from xlbench.compare.paired_cell import ArmVisit, PairedCell
from xlbench.compare.record import Record
from xlbench.compare.start import not_there
from xlbench.compare.turns import take_turns
from xlbench.compare.units import drawn_units, first_visit, units_per_turn
from xlbench.interrupts import unbroken
from xlbench.results.parts import PartWriter
from xlbench.run.least import LeastTime
from xlbench.run.live_arm import LiveArm
from xlbench.run.rows import Position
from xlbench.run.schedule import groups, shuffled
from xlbench.run.visits import Inputs, VisitRecord, Visits
from xlbench.workers.errors import CELL_FAILED, WorkerFailure


@dataclass(frozen=True, slots=True)
class ProcessPair:
    """A worker of each arm, and what they are to work on.

    Attributes:
        number: of the pair.
        arms: A, which the others are held against, and those; ``run`` starts their workers.
        cpus: processors that all workers are moved to, or ``None``.
        inputs: of the comparison.
        visits: makes the visits.
        record: of the comparison.
        writer: takes the rows.
        rng: of all orders.
        measured: told when a group of cells is done.
        least: told of the start and of each first visit.
    """

    number: int
    arms: tuple[LiveArm, ...]
    cpus: tuple[int, ...] | None
    inputs: Inputs
    visits: Visits
    record: Record
    writer: PartWriter
    rng: np.random.Generator
    measured: Callable[[], None]
    least: LeastTime

    @property
    def whole(self) -> bool:
        """Whether all workers are alive: else the pair does not see every cell."""
        return all(arm.alive for arm in self.arms)

    def run(self, cells: Collection[Cell], turns_s: float) -> float:
        """Measure the cells; return the seconds that were not spent in turns.

        Args:
            cells: those that are open.
            turns_s: seconds in turns for all of them together.

        Raises:
            UserError: a worker can't be started, or not be moved to the processors.
        """
        began = time.monotonic()
        self._start()
        self.least.started(time.monotonic() - began)
        in_turns_s = 0.0
        asked = sorted(cells)
        for group in groups([ArmCell("", *c) for c in asked], self.inputs.sizes, self.rng):
            members = [c for c in asked if c.task == group.task and c.language in group.languages]
            self.visits.forget(self.arms)
            in_turns_s += self._group(members, turns_s * len(members) / len(asked))
            self.writer.flush()
            self.measured()
            if not self.whole:
                # A fresh worker would be another process: the rest waits for the next pair.
                break
        return time.monotonic() - began - in_turns_s

    def _start(self) -> None:
        # Nothing is measured while they come up, so they may do so side by side; in random
        # order, lest being the second fork of a server be taken for a property of the arm.
        for index in self.rng.permutation(len(self.arms)).tolist():
            self.arms[index].process.begin_start()
        for arm in self.arms:
            arm.start()
        if self.cpus is not None:
            for arm in self.arms:
                _pin(arm, arm.arm.options.cpus or self.cpus)

    def _group(self, members: Sequence[Cell], turns_s: float) -> float:
        """Measure cells that are open together; return the seconds spent in turns."""
        paired: list[PairedCell] = []
        try:
            for cell in shuffled(members, self.rng):
                if not self.whole:
                    return 0.0
                opened = self._open(cell)
                paired += [] if opened is None else [opened]
                self.writer.flush_if_due()
            begun = time.monotonic()

            def taken() -> None:
                if self.writer.due:
                    self._store(paired)
                    self.writer.flush()

            take_turns(self.arms, paired, begun + turns_s, self.rng, self.record, taken)
            for each in paired:
                each.observe(self.record, self.number)
            return time.monotonic() - begun
        finally:
            self._store(paired)

    def _store(self, paired: Sequence[PairedCell]) -> None:
        with unbroken():
            for each in paired:
                each.store(self.writer)

    def _open(self, cell: Cell) -> PairedCell | None:
        """Visit the cell with all arms, in random order: memory, predictions, warm-up."""
        made: dict[str, VisitRecord] = {}
        seed = int(self.rng.integers(2**31))
        drawn: tuple[int, ...] | None = None
        for index in self.rng.permutation(len(self.arms)).tolist():
            arm = self.arms[index]
            text = arm.arm.text
            if text not in self.record.going(cell):
                continue
            position = Position(next(self.record.visits), self.number, 0, index, time.time_ns())
            began = time.monotonic()
            predict = (text, cell) not in self.record.predicted
            try:
                opened = self.visits.open(arm, cell)
            except CELL_FAILED as error:
                told = self.visits.failure(arm, cell, position, str(error))
            else:
                drawn = drawn or drawn_units(cell, opened, self.rng)
                plan = first_visit(cell, opened, drawn, seed, predict)
                told = self.visits.visit(arm, plan, position)
            spent_s = time.monotonic() - began
            self._keep(arm, cell, told)
            self.least.visited(ArmCell(text, *cell), spent_s, told.row.get("load_ns"))
            if told.error is None:
                made[text] = told
            elif not (self.whole and self.record.going(cell)):
                return None
        assert drawn is not None
        return self._paired(cell, {text: made[text] for text in self.record.going(cell)}, drawn)

    def _keep(self, arm: LiveArm, cell: Cell, told: VisitRecord) -> None:
        """Take what a first visit brought: rows, metric, or the reason why it failed."""
        with unbroken():
            predicted = self.writer.add_pass(told.row, told.sample_rows, told.predictions)
            if told.error is not None:
                self.record.fail(arm.arm.text, cell, told.error)
            if predicted:
                self.record.predicted.add((arm.arm.text, cell))
            if told.measure is not None:
                self.record.measures[arm.arm.text, cell] = told.measure

    def _paired(
        self, cell: Cell, first: Mapping[str, VisitRecord], drawn: tuple[int, ...]
    ) -> PairedCell:
        visits = {
            text: ArmVisit(told.row, told.batches_digest, self.record.visits)
            for text, told in first.items()
        }
        whole = cell.scenario == OFFLINE and len({each.digest for each in visits.values()}) > 1
        if whole:
            drawn = tuple(range(min(each.first["n_batches"] for each in visits.values())))
        latencies = [
            ns for told in first.values() for ns in told.samples.column("latency_ns").tolist()
        ]
        return PairedCell(cell, visits, drawn, whole, units_per_turn(latencies))


def _pin(arm: LiveArm, cpus: tuple[int, ...]) -> None:
    try:
        arm.pin(cpus)
    except WorkerFailure as error:
        raise not_there(cpus, error) from None
