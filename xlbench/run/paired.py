"""Two arms measured in turns: the same batches, back to back, on the same processors.

Within a pair of processes, turns cancel what drifts. What one process carries for its whole
life they do not cancel; so both workers are started anew several times, and the pair of
processes is the unit of the statistics. After the least number of pairs only the cells
without a verdict are measured on, until there is none, or the budget is used up.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from xlbench.cell import OFFLINE, SINGLE_STREAM, ArmCell, Cell
from xlbench.errors import UserError
from xlbench.metrics.measure import Measure
from xlbench.probes.registry import added
from xlbench.results.parts import PartWriter
from xlbench.run import rows
from xlbench.run.arms import LiveArm, OpenCell
from xlbench.run.rows import Position
from xlbench.run.schedule import groups, shuffled
from xlbench.run.visits import Inputs, Visits
from xlbench.settings import Settings
from xlbench.stats.observations import Observations, Turns
from xlbench.workers.errors import CELL_FAILED, WorkerFailure
from xlbench.workers.protocol import Visit
from xlbench.workers.samples import Samples
from xlbench.workers.template import Template, TemplateGone

UNITS = 24
"""Different batches of a cell in one pair of processes; each pair draws its own."""

LEAST_PAIRED = 6
"""Paired batches of a cell in one pair of processes, whatever the time."""

CELL_S = 0.5
"""Seconds in turns that a cell gets in one pair of processes, if the start of the workers did
not take longer: a further pair then brings more than more of this one."""

FIRST_OVERHEAD_S = 2.0
"""What is taken for the start of a pair's workers before one was seen."""

TURN_NS = 15_000_000
"""A turn takes about this long: short against drift, long against the change of process."""

MOST_PAIRS = 8
"""The number of pairs of processes is at most this many times the least."""


class PairProgress(Protocol):
    """What a display of a comparison is told."""

    def pair(self, number: int, open_cells: int, total: int, left_s: float) -> None:
        """A pair of processes is about to start, for ``open_cells`` of ``total`` cells."""
        ...


@dataclass(slots=True)
class _Side:
    """One arm's part in one cell within the present pair of processes."""

    visit: int
    row: dict[str, Any]
    digest: str
    samples: list[dict[str, Any]]


@dataclass(slots=True)
class _Bout:
    """One cell in the present pair of processes."""

    cell: Cell
    sides: tuple[_Side, _Side]
    units: list[int]
    whole: bool
    per_turn: int = 1
    turns: Turns = field(default_factory=Turns)


class PairedController:
    """Runs the pairs of processes of one comparison.

    Args:
        settings: two arms; ``processes`` is the least number of pairs, ``budget_s`` the time
            of the whole comparison, starts of workers included.
        inputs: what is worked on.
        arms: arm A and arm B.
        writer: takes the rows.
        undecided: returns the cells that lack a verdict.
        cpus: processors that both workers are moved to, or ``None``.
        progress: told before each pair of processes.
        template: what the workers are forked from; ``None``: each is a program of its own.
    """

    def __init__(
        self,
        settings: Settings,
        inputs: Inputs,
        arms: tuple[LiveArm, LiveArm],
        writer: PartWriter,
        undecided: Callable[[Observations], set[Cell]],
        cpus: tuple[int, ...] | None,
        progress: PairProgress,
        template: Template | None = None,
    ) -> None:
        self._settings, self._inputs, self._arms = settings, inputs, arms
        self._writer, self._undecided = writer, undecided
        self._cpus, self._progress, self._template = cpus, progress, template
        for arm in arms:
            arm.template = template
        keys = inputs.plan.cells(settings.scenarios)
        of_a, of_b = ({k.cell for k in keys if k.arm == arm.arm.text} for arm in arms)
        self.cells = [c for c in dict.fromkeys(k.cell for k in keys) if c in of_a & of_b]
        self.observations = Observations()
        self.measures: dict[tuple[str, Cell], Measure] = {}
        self.failed: dict[Cell, str] = {}
        self.pairs = 0
        self._whole_pairs = 0
        self._predicted: set[tuple[str, Cell]] = set()
        self._visits = Visits(inputs, settings.seed)
        self._next_visit = 0
        self._turn = 0
        self._rng = np.random.default_rng(settings.seed)
        self._began = 0.0

    def run(self) -> str:
        """Measure; return why it ended: ``decided`` or ``budget``."""
        self._began = time.monotonic()
        least, budget = self._settings.processes, self._settings.budget_s
        overhead = FIRST_OVERHEAD_S
        try:
            while True:
                going = set(self.cells) - set(self.failed)
                enough = self._whole_pairs >= least
                if enough:
                    going &= self._undecided(self.observations)
                if not going:
                    return "decided"
                if enough and self._spent_s() + overhead >= budget:
                    return "budget"
                if self.pairs >= MOST_PAIRS * least + len(self.failed):
                    return "budget"
                self._renew()
                left = budget - self._spent_s()
                self._progress.pair(self.pairs, len(going), len(self.cells), max(0.0, left))
                share = left / max(1, least - self._whole_pairs) - overhead
                # What the start cost is wasted unless enough is measured after it.
                share = max(overhead / 2, min(share, max(overhead, CELL_S * len(going))))
                overhead = self._pair(going, share)
                self.pairs += 1
                # A pair in which a worker died did not see every cell.
                self._whole_pairs += self._both_alive()
                self._writer.flush()
        finally:
            self._writer.flush()
            for arm in self._arms:
                arm.stop()
            if self._template is not None:
                self._template.close()

    def _renew(self) -> None:
        """End the last pair, and have a template that is not too old: no part of the next pair."""
        for arm in self._arms:
            arm.stop()
        if self._template is None:
            return
        try:
            self._template.renew()
        except TemplateGone as error:
            raise UserError(
                f"what workers are forked from did not come up: {error}. Python must "
                "have torch, transformers and numpy."
            ) from None

    def _spent_s(self) -> float:
        return time.monotonic() - self._began

    def _pair(self, going: set[Cell], share_s: float) -> float:
        """One pair of fresh processes over all open cells; return what was no turn, in s."""
        start = time.monotonic()
        self._start()
        keys = [ArmCell("", *cell) for cell in sorted(going)]
        in_turns = 0.0
        for group in groups(keys, self._inputs.sizes, self._rng):
            members = [
                c for c in sorted(going) if c.task == group.task and c.language in group.languages
            ]
            self._visits.forget(self._arms)
            bouts: list[_Bout] = []
            for cell in shuffled(members, self._rng):
                if not self._both_alive():
                    # A fresh worker would be another process: the rest waits for the next pair.
                    for bout in bouts:
                        self._store(bout)
                    return time.monotonic() - start - in_turns
                opened = self._open(cell)
                bouts += [] if opened is None else [opened]
            begun = time.monotonic()
            self._take_turns(bouts, begun + share_s * len(members) / len(going))
            in_turns += time.monotonic() - begun
            for bout in bouts:
                self._close(bout)
            self._writer.flush()
        return time.monotonic() - start - in_turns

    def _both_alive(self) -> bool:
        return all(arm.alive for arm in self._arms)

    def _start(self) -> None:
        # Nothing is measured while they come up, so they may do so side by side; in random
        # order, lest being the second fork of a template be taken for a property of the arm.
        for index in self._rng.permutation(2).tolist():
            self._arms[index].begin_start()
        for arm in self._arms:
            arm.start()
        if self._cpus is not None:
            for arm in self._arms:
                _pin(arm, arm.arm.options.cpus or self._cpus)

    def _open(self, cell: Cell) -> _Bout | None:
        """Visit the cell with both arms, in random order: memory, predictions, warm-up."""
        sides: dict[int, _Side] = {}
        counts: dict[int, int] = {}
        latencies: list[int] = []
        seed = int(self._rng.integers(2**31))
        drawn: list[int] | None = None
        for index in self._rng.permutation(2).tolist():
            arm = self._arms[index]
            position = Position(self._next_visit, self.pairs, 0, index, time.time_ns())
            self._next_visit += 1
            try:
                opened = self._visits.open(arm, cell)
            except CELL_FAILED as error:
                record = self._visits.failure(arm, cell, position, str(error))
            else:
                if drawn is None:
                    drawn = self._draw(cell, opened)
                record = self._visits.visit(
                    arm, self._plan(arm, cell, opened, drawn, seed), position
                )
            if record.error is not None:
                self.failed[cell] = record.error
                self._writer.add("visits", [record.row])
                for side in sides.values():
                    self._store_side(side)
                return None
            self._writer.add("predictions", record.prediction_rows)
            if record.prediction_rows:
                self._predicted.add((arm.arm.text, cell))
            if record.measure is not None:
                self.measures[arm.arm.text, cell] = record.measure
            sides[index] = _Side(
                position.visit, record.row, record.batches_digest, record.sample_rows
            )
            counts[index] = record.row["n_batches"]
            latencies += record.samples.column("latency_ns").tolist()
        a, b = sides[0], sides[1]
        assert drawn is not None
        whole = cell.scenario == OFFLINE and a.digest != b.digest
        units = list(range(min(counts.values()))) if whole else drawn
        bout = _Bout(cell, (a, b), units, whole)
        bout.per_turn = max(1, min(8, round(TURN_NS / float(np.median(latencies)))))
        return bout

    def _draw(self, cell: Cell, opened: OpenCell) -> list[int]:
        """Return the units of a cell for this pair: all, or a random part of them."""
        single = cell.scenario == SINGLE_STREAM
        count = opened.counted.n_examples if single else opened.batches.count
        drawn: list[int] = self._rng.permutation(count)[:UNITS].tolist()
        return drawn

    def _plan(
        self, arm: LiveArm, cell: Cell, opened: OpenCell, drawn: list[int], seed: int
    ) -> Visit:
        """Return what the first visit of a pair of processes is to do."""
        if cell.scenario == SINGLE_STREAM:
            units = drawn[:3]
        elif (arm.arm.text, cell) not in self._predicted:
            return Visit(cell, seed, 0, 0, complete=True, predictions=True)
        else:
            # The largest batch decides the peak of memory.
            there = [unit for unit in drawn if unit < opened.batches.count]
            units = [opened.batches.largest, *there[:2]]
        return Visit(cell, seed, 0, len(units), tuple(units))

    def _take_turns(self, bouts: list[_Bout], deadline: float) -> None:
        """Go round the cells in random order, a turn each, until the deadline.

        A cell that failed leaves ``bouts``.
        """
        while self._both_alive():
            late = time.monotonic() >= deadline
            going = [b for b in bouts if not late or len(b.turns.units) < LEAST_PAIRED]
            if not going:
                return
            for index in self._rng.permutation(len(going)).tolist():
                if not self._both_alive():
                    return
                if not self._turn_of(going[index]):
                    bouts.remove(going[index])

    def _turn_of(self, bout: _Bout) -> bool:
        """One turn of one cell: both arms, random order; ``False`` if one failed."""
        cell = bout.cell
        replies: dict[int, Samples] = {}
        count = len(bout.units) if bout.whole else bout.per_turn
        done = len(bout.turns.units)
        common = [bout.units[(done + i) % len(bout.units)] for i in range(count)]
        turn = self._turn
        self._turn += 1
        for index in self._rng.permutation(2).tolist():
            arm, side = self._arms[index], bout.sides[index]
            units = list(range(side.row["n_batches"])) if bout.whole else common
            try:
                reply = arm.turn(cell, units)
                if reply.digest != side.digest:
                    raise WorkerFailure(
                        "its batches changed in the middle of the comparison "
                        "(device memory ran out); give it a smaller "
                        "tokens-per-batch"
                    )
            except CELL_FAILED as error:
                self.failed[cell] = str(error)
                side.row |= {"status": "failed", "error": str(error)}
                self._store(bout)
                return False
            replies[index] = reply.samples
            key = ArmCell(arm.arm.text, *cell)
            stored = rows.sample_rows(key, side.visit, self.pairs, reply.samples)
            side.samples += [row | {"turn": turn} for row in stored]
            so_far = {name: side.row[name] for name in reply.readings}
            side.row |= added(so_far, reply.readings)
            side.row["spent_ns"] += reply.spent_ns
            side.row["flags"] = sorted({*side.row["flags"], *reply.flags})
        a, b = (_times(replies[index]) for index in (0, 1))
        if bout.whole:
            a, b = (np.array([[part[:, 0].sum(), -1.0]]) for part in (a, b))
            common = [0]
        bout.turns.add(common, a, b)
        return True

    def _close(self, bout: _Bout) -> None:
        """Take the pair's ratios of a cell and store its rows."""
        bout.turns.observe(self.observations, bout.cell, self.pairs)
        a, b = (side.row for side in bout.sides)
        for name in ("peak_vram_allocated_bytes", "peak_rss_bytes"):
            if a[name] and b[name]:
                ratio = float(np.log(b[name] / a[name]))
                self.observations.add("memory", bout.cell, self.pairs, ratio)
                break
        self._store(bout)

    def _store(self, bout: _Bout) -> None:
        for side in bout.sides:
            self._store_side(side)

    def _store_side(self, side: _Side) -> None:
        self._writer.add("samples", side.samples)
        self._writer.add("visits", [side.row])


def _times(samples: Samples) -> np.ndarray:
    """Return latency and end to end (below 0: none) of each sample, ``(n, 2)``."""
    columns = [samples.column(name) for name in ("latency_ns", "end_to_end_ns")]
    return np.stack(columns, axis=1).astype(float)


def _pin(arm: LiveArm, cpus: tuple[int, ...]) -> None:
    try:
        arm.pin(cpus)
    except WorkerFailure as error:
        raise UserError(
            f"--cpus {','.join(map(str, cpus))}: the worker can't be moved there "
            f"({error}); name processors that this machine has and that this "
            "process may use (`nproc`, `taskset -pc $$`)"
        ) from None
