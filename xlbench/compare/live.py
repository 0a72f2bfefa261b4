"""Two arms, from what is asked of them to a judged comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from xlbench.arm_options import Options
from xlbench.arms import Arm, parse_arm
from xlbench.checkpoints.catalogue import load_catalogue
from xlbench.compare.controller import PairProgress, Undecided
from xlbench.compare.execute import Measured, compare
from xlbench.compare.start import default_cpus, with_threads
from xlbench.errors import UserError
from xlbench.judge.circumstances import differing
from xlbench.judge.comparison import Comparison, Uncompared
from xlbench.judge.paired import judge
from xlbench.judge.paired import undecided as without_verdict
from xlbench.results.files import write_json
from xlbench.run.prepare import Prepared, Warn, prepare
from xlbench.run.processors import check_processors
from xlbench.settings import Settings

COMPARISON = "comparison.json"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a live comparison is asked for.

    Attributes:
        settings: of the measurement, its two arms included.
        cpus: processors that both workers share; ``None``: one, or on a GPU all.
        margin: largest share that counts as no difference.
    """

    settings: Settings
    cpus: tuple[int, ...] | None
    margin: float


def two_arms(first: str, second: str, defaults: Options) -> tuple[Arm, Arm]:
    """Return both arms; the second of two equal ones is given a text of its own.

    Raises:
        UserError: one can't be parsed.
    """
    a, b = parse_arm(first, defaults), parse_arm(second, defaults)
    return a, replace(b, text=f"{b.text}#2") if a.text == b.text else b


def compare_live(
    asked: Asked,
    folder: Path,
    command: str,
    warn: Warn,
    display: PairProgress,
    undecided: Undecided | None = None,
) -> Comparison:
    """Measure the arms in turns and judge them.

    Args:
        asked: what is asked for.
        folder: for the result; new.
        command: the command line, for the manifest.
        warn: told what the user should know before it begins.
        display: told before each pair of processes.
        undecided: returns the cells that lack a verdict; ``None``: at the margin.

    Raises:
        UserError: something asked for does not exist, or nothing could be measured.
    """
    prepared, cpus = ready(asked, warn)
    decide = undecided or partial(without_verdict, margin=asked.margin)
    measured = compare(prepared, folder, command, decide, cpus, display, warn)
    failed = measured.record.failed
    if len(failed) == len(measured.cells):
        raise UserError(next(iter(failed.values())).splitlines()[0])
    return _judged(asked, prepared, measured)


def ready(asked: Asked, warn: Warn) -> tuple[Prepared, tuple[int, ...] | None]:
    """Return what could begin, and the processors that the workers share; ``None``: all.

    Raises:
        UserError: something asked for does not exist.
    """
    settings = asked.settings
    if asked.cpus is not None:
        check_processors("--cpus", asked.cpus)
    cpus = asked.cpus or default_cpus([arm.options.device for arm in settings.arms])
    settings = replace(settings, arms=tuple(with_threads(arm, cpus) for arm in settings.arms))
    extra = None if settings.checkpoints is None else Path(settings.checkpoints)
    return prepare(settings, load_catalogue(extra), warn), cpus


def store(comparison: Comparison, folder: Path, more: Mapping[str, Any] | None = None) -> None:
    """Write ``comparison.json`` into the result folder."""
    write_json(folder / COMPARISON, comparison.to_json() | dict(more or {}))


def _judged(asked: Asked, prepared: Prepared, measured: Measured) -> Comparison:
    notes = [f"{measured.pairs} pairs of {measured.start} processes; ended by {measured.ended_by}"]
    if prepared.source.kind == "sample":
        notes.append("the embedded sample is for smoke tests: its scores say nothing about a model")
    a, b = asked.settings.arms
    manifest = measured.result.manifest
    tasks = dict.fromkeys(cell.task for cell in measured.cells)
    told = differing((manifest, a.text), (manifest, b.text), tasks)
    if told:
        notes.append(f"what differs between the arms besides their options: {'; '.join(told)}")
    return judge(
        a.text,
        b.text,
        measured.record.observations,
        measured.cells,
        measured.record.measures,
        asked.margin,
        errors=measured.record.failed,
        flags=measured.flags,
        notes=notes,
        uncompared=[
            Uncompared(key.cell, f"{b.text} does not run {key.task}")
            for key in manifest.cells
            if key.arm == a.text and key.cell not in measured.cells
        ],
    )
