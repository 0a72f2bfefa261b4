"""Measuring two arms live, for ``compare`` and ``gate``: from options to a judged comparison."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlbench.errors import UserError
from xlbench.printable import command_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlbench.arms import Arm, Options
    from xlbench.cell import Cell, Scenario
    from xlbench.judge.comparison import Comparison
    from xlbench.settings import Start
    from xlbench.stats.observations import Observations


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """What ``compare`` and ``gate`` ask of a live measurement, as parsed from their options."""

    options: Options
    tasks: tuple[str, ...] | None
    languages: tuple[str, ...] | None
    scenarios: tuple[Scenario, ...]
    data: str
    limit: int | None
    budget_s: float
    processes: int
    seed: int
    timeout_s: float
    skip_malformed: bool
    checkpoints: Path | None
    cpus: tuple[int, ...] | None
    margin: float
    start: Start
    out: Path | None


def two_arms(first: str, second: str, defaults: Options) -> tuple[Arm, Arm]:
    """Return both arms; the second of two equal ones is given a text of its own.

    Raises:
        UserError: one can't be parsed.
    """
    from xlbench.arms import parse_arm

    a, b = parse_arm(first, defaults), parse_arm(second, defaults)
    return a, replace(b, text=f"{b.text}#2") if a.text == b.text else b


def measure(
    first: str,
    second: str,
    asked: LiveOptions,
    undecided: Callable[[Observations, list[Cell]], set[Cell]] | None = None,
) -> tuple[Comparison, Path]:
    """Measure the arms in turns and judge them; return the comparison and its folder.

    Raises:
        UserError: something asked for does not exist, or nothing could be measured.
    """
    from rich.console import Console

    from xlbench.checkpoints.catalogue import load_catalogue
    from xlbench.judge.paired import judge
    from xlbench.judge.paired import undecided as without_verdict
    from xlbench.report.pair_progress import PairBar
    from xlbench.run.compare import compare, default_cpus
    from xlbench.run.prepare import prepare
    from xlbench.settings import Settings

    arms = two_arms(first, second, asked.options)
    cpus = asked.cpus or default_cpus([arm.options.device for arm in arms])
    settings = Settings(
        arms=tuple(_with_threads(arm, cpus) for arm in arms),
        tasks=asked.tasks,
        languages=asked.languages,
        scenarios=asked.scenarios,
        data=asked.data,
        limit=asked.limit,
        budget_s=asked.budget_s,
        seed=asked.seed,
        processes=asked.processes,
        timeout_s=asked.timeout_s,
        skip_malformed=asked.skip_malformed,
        checkpoints=None if asked.checkpoints is None else str(asked.checkpoints),
        start=asked.start,
    )
    told = Console(stderr=True)

    def warn(text: str) -> None:
        told.print(f"xlbench: note: {text}", highlight=False, soft_wrap=True, markup=False)

    prepared = prepare(settings, load_catalogue(asked.checkpoints), warn)
    folder = asked.out or Path("results") / time.strftime("compare-%Y%m%d-%H%M%S")
    with PairBar(told) as bar:
        measured = compare(
            prepared,
            folder,
            command_line(["xlbench", *sys.argv[1:]]),
            undecided or partial(without_verdict, margin=asked.margin),
            cpus,
            bar,
        )
    if len(measured.failed) == len(measured.cells):
        raise UserError(next(iter(measured.failed.values())).splitlines()[0])
    notes = [f"{measured.pairs} pairs of {measured.start} processes; ended by {measured.ended_by}"]
    if prepared.source.kind == "sample":
        notes.append("the embedded sample is for smoke tests: its scores say nothing about a model")
    comparison = judge(
        arms[0].text,
        arms[1].text,
        measured.observations,
        measured.cells,
        measured.measures,
        asked.margin,
        errors=measured.failed,
        flags=measured.flags,
        notes=notes,
    )
    return comparison, folder


def store(comparison: Comparison, folder: Path, more: dict[str, Any] | None = None) -> None:
    """Write ``comparison.json`` into the result folder."""
    from xlbench.results.files import write_json

    write_json(folder / "comparison.json", comparison.to_json() | (more or {}))


def _with_threads(arm: Arm, cpus: tuple[int, ...] | None) -> Arm:
    """As many threads as processors, unless the arm says otherwise."""
    if cpus is None or arm.options.threads is not None or arm.options.cpus is not None:
        return arm
    return replace(arm, options=replace(arm.options, threads=len(cpus)))
