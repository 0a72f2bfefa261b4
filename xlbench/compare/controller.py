"""Pairs of processes, one after the other, until every cell has its verdict or time is up.

Within a pair, turns cancel what drifts. What one process carries for its whole life they do
not cancel; so both workers are started anew several times, and the pair of processes is the
unit of the statistics. After the least number of pairs only the cells without a verdict are
measured on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Literal, Protocol

import numpy as np

from xlbench.cell import Cell
from xlbench.compare.ending import LEAST_TURNS, Progress, out_of_time, turns_s
from xlbench.compare.process_pair import ProcessPair
from xlbench.compare.record import Record
from xlbench.errors import UserError
from xlbench.results.parts import PartWriter
from xlbench.run.least import LeastTime, work_of
from xlbench.run.live_arm import LiveArm
from xlbench.run.visits import Inputs, Visits
from xlbench.settings import Settings
from xlbench.stats.observations import Observations
from xlbench.workers.fork_server import ForkServer, ForkServerGone

EndedBy = Literal["decided", "budget"]
Undecided = Callable[[Observations, list[Cell]], set[Cell]]
"""Returns those of the cells that lack a verdict."""


class PairProgress(Protocol):
    """What a display of a comparison is told."""

    def takes(self, least_s: float) -> None:
        """The first visits tell that the least number of pairs takes so many seconds."""
        ...

    def waiting(self) -> None:
        """Now and then while a worker is waited for: a batch may be being timed."""
        ...

    def pair(self, number: int, open_cells: int, total: int, left_s: float) -> None:
        """A pair of processes is about to start, for ``open_cells`` of ``total`` cells."""
        ...

    def measured(self) -> None:
        """Some cells of the pair are done; no batch is being timed."""
        ...


class PairedController:
    """Runs the pairs of processes of one comparison.

    Args:
        settings: two arms or more, all held against the first; ``processes`` is the least number
            of pairs (a process of each arm), ``budget_s`` the time of the whole comparison, starts
            of workers included.
        inputs: what is worked on.
        arms: of the settings, at work.
        writer: takes the rows.
        undecided: returns the cells that lack a verdict, of one arm against the first.
        cpus: processors that all workers are moved to, or ``None``.
        display: told before each pair of processes.
        fork_server: what the workers are forked from; ``None``: each is a program of its own.

    Attributes:
        cells: those that the first arm and any other have.
        record: what it brought.
        progress: how far it is.
        ended_by: why it ended; ``None`` before that, and after an interrupt.
    """

    def __init__(
        self,
        settings: Settings,
        inputs: Inputs,
        arms: tuple[LiveArm, ...],
        writer: PartWriter,
        undecided: Undecided,
        cpus: tuple[int, ...] | None,
        display: PairProgress,
        fork_server: ForkServer | None = None,
    ) -> None:
        self._settings, self._inputs, self._arms = settings, inputs, arms
        self._writer, self._undecided = writer, undecided
        self._cpus, self._display, self._fork_server = cpus, display, fork_server
        for arm in arms:
            arm.process.fork_server = fork_server
        keys = inputs.plan.cells(settings.scenarios)
        texts = [arm.arm.text for arm in arms]
        of_arms = {text: {k.cell for k in keys if k.arm == text} for text in texts}
        self.record = Record(of_arms)
        self.cells = [c for c in dict.fromkeys(k.cell for k in keys) if self.record.going(c)]
        self.progress = Progress()
        self.ended_by: EndedBy | None = None
        self._visits = Visits(inputs, settings.seed)
        self._rng = np.random.default_rng(settings.seed)
        both = [key for key in keys if key.cell in self.cells]
        work = work_of(both, inputs.sizes, settings.few)
        self._least = LeastTime(work, settings.processes, display.takes, 1 + LEAST_TURNS)

    def run(self) -> EndedBy:
        """Measure; return why it ended."""
        began = time.monotonic()
        try:
            while True:
                self.progress = replace(
                    self.progress,
                    spent_s=time.monotonic() - began,
                    failed=len(self.record.failures),
                )
                going = self._going()
                self.ended_by = self._reason_to_end(going)
                if self.ended_by is not None:
                    return self.ended_by
                self._pair(going)
        finally:
            self._end()

    def _going(self) -> set[Cell]:
        """The cells that another pair of processes is to measure."""
        going = set(self.cells) - set(self.record.failed)
        if self.progress.whole_pairs < self._settings.processes:
            return going
        open_: set[Cell] = set()
        for arm, observations in self.record.observations.items():
            mine = [cell for cell in self.cells if cell in self.record.cells[arm]]
            lacking = self._undecided(observations, mine) if mine else set()
            open_ |= {cell for cell in lacking if arm in self.record.going(cell)}
        return going & open_

    def _reason_to_end(self, going: set[Cell]) -> EndedBy | None:
        if not going:
            return "decided"
        over = out_of_time(self.progress, self._settings.processes, self._settings.budget_s)
        return "budget" if over else None

    def _pair(self, going: set[Cell]) -> None:
        self._renew()
        least, budget_s = self._settings.processes, self._settings.budget_s
        left_s = max(0.0, budget_s - self.progress.spent_s)
        self._display.pair(self.progress.pairs, len(going), len(self.cells), left_s)
        pair = ProcessPair(
            self.progress.pairs,
            self._arms,
            self._cpus,
            self._inputs,
            self._visits,
            self.record,
            self._writer,
            self._rng,
            self._display.measured,
            self._least,
        )
        overhead_s = pair.run(going, turns_s(self.progress, least, budget_s, len(going)))
        self.progress = replace(
            self.progress,
            pairs=self.progress.pairs + 1,
            whole_pairs=self.progress.whole_pairs + pair.whole,
            overhead_s=overhead_s,
        )

    def _renew(self) -> None:
        """End the last pair, and have a server that is not too old: no part of the next pair."""
        for arm in self._arms:
            arm.stop()
        if self._fork_server is None:
            return
        try:
            self._fork_server.renew()
        except ForkServerGone as error:
            raise UserError(
                f"what workers are forked from did not come up: {error}. Python must "
                "have torch, transformers and numpy."
            ) from None

    def _end(self) -> None:
        """Keep what was measured before anything else: ending a process may take its time."""
        try:
            self._writer.flush()
        finally:
            for arm in self._arms:
                arm.stop()
            if self._fork_server is not None:
                self._fork_server.close()
