"""The controller: visits cells in randomised rounds and writes down what they brought.

Never imports torch; sends examples without gold to the workers, keeps the gold, and works
the metrics out from the predictions of timed passes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from xlbench.cell import ArmCell
from xlbench.errors import UserError
from xlbench.examples import Example
from xlbench.results.parts import PartWriter
from xlbench.run import rows
from xlbench.run.arms import LiveArm
from xlbench.run.cells import Plan
from xlbench.run.facts import columns, facts_of, visit_flags
from xlbench.run.schedule import Group, groups, shuffled, slice_s
from xlbench.run.scoring import scored
from xlbench.run.settings import Settings
from xlbench.run.tally import Tally, decided
from xlbench.workers.process import WorkerDied, WorkerFailure, WorkerTimeout

FLOOR_SAMPLES = 6
"""Examples of a first single-stream visit: fewer bound no p50."""

_GONE = (WorkerDied, WorkerTimeout, WorkerFailure, UserError)


class Progress(Protocol):
    """What the controller tells a progress display."""

    def visited(self, key: ArmCell, settled: int, total: int, left_s: float) -> None:
        """A visit ended; ``settled`` of ``total`` cells need no more, ``left_s`` of budget."""
        ...

    def grouped(self, tallies: dict[ArmCell, Tally]) -> None:
        """All cells of a group are done for now and their rows are on disk."""
        ...


Reader = Callable[[str, str], Sequence[Example]]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a run works on.

    Attributes:
        plan: cells and checkpoints.
        read: returns the examples of (task, language), with gold.
        sizes: bytes of the data of each (task, language).
    """

    plan: Plan
    read: Reader
    sizes: dict[tuple[str, str], int]


class Controller:
    """Runs the rounds of one run.

    Args:
        settings: what was asked for.
        inputs: what it works on.
        arms: the arms at work, by text.
        writer: takes the rows.
        tallies: what earlier sittings of a resumed run measured.
        spent_s: measuring time of earlier sittings.
        first: numbers of the first visit and process of this sitting.
        processes: how many times to start the workers anew.
        progress: told after each visit.
    """

    def __init__(
        self,
        settings: Settings,
        inputs: Inputs,
        arms: dict[str, LiveArm],
        writer: PartWriter,
        tallies: dict[ArmCell, Tally],
        spent_s: float,
        first: tuple[int, int],
        processes: int,
        progress: Progress,
    ) -> None:
        self._settings, self._inputs, self._arms = settings, inputs, arms
        self._writer, self._progress = writer, progress
        self._cells = inputs.plan.cells(settings.scenarios)
        self.tallies = {key: tallies.get(key, Tally()) for key in self._cells}
        self._own = {key: Tally() for key in self._cells}
        self._left_s = settings.budget_s - spent_s
        self._visit, self._process = first
        self._processes = processes
        self._rng = np.random.default_rng([settings.seed, self._visit])
        self._gold: dict[str, Sequence[Example]] = {}

    def run(self) -> None:
        """Measure every cell at least once in each process, then until done or out of time."""
        try:
            for process in range(self._processes):
                self._sitting(self._processes - process)
                self._process += 1
        finally:
            self._writer.flush()
            for arm in self._arms.values():
                arm.stop()

    def _sitting(self, processes_left: int) -> None:
        self._own = {key: Tally() for key in self._cells}
        for arm in self._arms.values():
            arm.stop()
            arm.start()
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
        self._gold.clear()
        for arm in self._arms.values():
            if arm.alive:
                arm.close_cells()
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
                spent_s = self._go(key, round_index, position, each_s, key not in seen)
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
        lacking = key.scenario == "offline" and not tally.predicted
        return tally.failed or (decided(key, tally, self._settings) and not lacking)

    def _report(self, key: ArmCell) -> None:
        settled = sum(1 for k, t in self.tallies.items() if decided(k, t, self._settings))
        self._progress.visited(key, settled, len(self.tallies), self._left_s)

    def _go(self, key: ArmCell, round_: int, position: int, each_s: float, first: bool) -> float:
        """Visit a cell once; a failure becomes a row. Return the seconds it took."""
        place = rows.Place(self._visit, self._process, round_, position, time.time_ns())
        self._visit += 1
        start = time.monotonic()
        facts: dict[str, Any] = self._identity(key)
        try:
            facts |= self._prepare(key)
            self._measure(key, place, facts, each_s, first)
        except _GONE as error:
            self.tallies[key].failed = True
            self._writer.add("visits", [rows.failed_row(key, place, columns(facts), str(error))])
        return time.monotonic() - start

    def _identity(self, key: ArmCell) -> dict[str, Any]:
        spec = self._inputs.plan.specs[key.arm, key.task]
        return {"checkpoint": spec.entry, "suite": spec.suite}

    def _prepare(self, key: ArmCell) -> dict[str, Any]:
        """Make sure that the worker has checkpoint and cell; return what is known of them."""
        name = f"{key.task}/{key.language}"
        if name not in self._gold:
            self._gold[name] = self._inputs.read(key.task, key.language)
        spec = self._inputs.plan.specs[key.arm, key.task]
        return facts_of(self._arms[key.arm], spec, key.task, key.language, self._gold[name])

    def _measure(
        self, key: ArmCell, place: rows.Place, facts: dict[str, Any], each_s: float, first: bool
    ) -> None:
        tally, arm = self.tallies[key], self._arms[key.arm]
        request = self._request(key, facts, tally, each_s, first)
        reply, arrays = arm.visit(key.task, key.language, request)
        samples = arrays[0]
        for counted in (tally, self._own[key]):
            counted.add(samples[:, 0].tolist(), samples[:, 5].tolist())
        flags = visit_flags(facts, reply)
        row = rows.visit_row(key, place, columns(facts), reply, flags)
        if request["predictions"]:
            examples = self._gold[f"{key.task}/{key.language}"]
            found = scored(key, place.visit, examples, reply, arrays, flags, self._settings.seed)
            self._writer.add("predictions", found.rows)
            row |= found.columns
            tally.predicted = True
        self._writer.add("samples", rows.sample_rows(key, place, samples))
        self._writer.add("visits", [row])

    def _request(
        self, key: ArmCell, facts: dict[str, Any], tally: Tally, each_s: float, first: bool
    ) -> dict[str, Any]:
        seed = int(self._rng.integers(2**31))
        request: dict[str, Any] = {
            "scenario": key.scenario,
            "seed": seed,
            "slice_ns": int(each_s * 1e9),
            "floor": FLOOR_SAMPLES if first else 1,
            "units": None,
            "complete": False,
            "predictions": False,
        }
        if key.scenario == "single-stream":
            n = facts["n_examples"]
            wanted = max(4 * len(tally.units), 400)
            order = [self._rng.permutation(n) for _ in range(-(-wanted // n))]
            request["units"] = np.concatenate(order).tolist()
            return request
        pass_s = _pass_s(tally)
        request["predictions"] = not tally.predicted
        request["complete"] = first or not tally.predicted or (pass_s or 0) <= each_s
        if not request["complete"]:
            request["units"] = self._rng.permutation(facts["_units"]).tolist()
        return request


def _pass_s(tally: Tally) -> float | None:
    """The seconds of all batches of a pass, from their samples; ``None`` without any."""
    if not tally.units:
        return None
    mean = float(np.mean(tally.latencies_ns))
    return mean * len(set(tally.units)) / 1e9
