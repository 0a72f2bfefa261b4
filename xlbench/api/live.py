"""How two arms are measured in turns, as a caller may say it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TypedDict

from xlbench.arm_options import Options
from xlbench.compare.controller import PairProgress
from xlbench.placing.dispatch import Watch
from xlbench.run.prepare import Warn
from xlbench.settings import Engine, Split, Start

PairDisplay = Callable[[int, float], AbstractContextManager[PairProgress]]
"""Takes the least number of pairs and the budget in seconds; returns what is told of each pair."""


class Live(TypedDict, total=False):
    """How two arms are measured in turns; none of it applies to recorded results.

    Attributes:
        options: of both arms, where they say nothing themselves.
        data: ``sample``, ``hub`` or a folder.
        limit: examples per cell at most, the first ones.
        sample: examples per cell, drawn from all by length; retrieval is never sampled.
        split: ``test``, or ``dev`` for the development sets.
        budget_s: seconds of the comparison; the least number of processes is run whatever it is.
        processes: pairs of new processes at least; undecided cells get more.
        start: how workers start: ``forked``, ``fresh`` or ``auto``.
        cpus: processors that both arms share.
        seed: of all random orders and weights.
        timeout_s: longest time of one visit.
        skip_malformed: leave malformed rows out (they are counted).
        checkpoints: a YAML file of further checkpoints and suites.
        engine: ``local``, or ``ray``: on one machine of a Ray cluster.
        address: of that cluster, as Ray has it, or ``local`` for this machine alone.
        watch: told of it while it is measured there.
        out: the result folder; left out: ``results/compare-DATE-TIME-ID``.
        display: shown while it runs.
        warn: told what the user should know before it begins.
        command: kept in the manifest.
    """

    options: Options
    data: str | Path
    limit: int | None
    sample: int | None
    split: Split
    budget_s: float
    processes: int
    start: Start
    cpus: tuple[int, ...] | None
    seed: int
    timeout_s: float
    skip_malformed: bool
    checkpoints: str | Path | None
    engine: Engine
    address: str
    watch: Watch
    out: str | Path | None
    display: PairDisplay
    warn: Warn
    command: str


class Silent:
    """A display that shows nothing."""

    def takes(self, least_s: float) -> None:
        """The least time is known."""

    def waiting(self) -> None:
        """A worker is waited for."""

    def pair(self, number: int, open_cells: int, total: int, left_s: float) -> None:
        """A pair of processes is about to start."""

    def measured(self) -> None:
        """Some cells of the pair are done."""


def no_display(_least: int, _budget_s: float) -> AbstractContextManager[PairProgress]:
    """Return a display that shows nothing."""
    return nullcontext(Silent())
