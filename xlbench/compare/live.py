"""Arms, from what is asked of them to judged comparisons of each with the first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from xlbench.judge.standings import all_to_json
from xlbench.results.files import write_json
from xlbench.run.prepare import Prepared, Warn, prepare
from xlbench.run.processors import check_processors
from xlbench.settings import Settings
from xlbench.stats.verdicts import ALPHA, INTERIM_ALPHA

COMPARISON = "comparison.json"

Cpus = tuple[int, ...] | None
"""Processors that the workers share; ``None``: all."""


Looked = Callable[[Prepared, Cpus], Prepared]
"""Takes what is prepared and the processors that all arms share."""


def as_it_is(prepared: Prepared, _: Cpus) -> Prepared:
    """Look at nothing."""
    return prepared


@dataclass(frozen=True, slots=True)
class Asked:
    """What a live comparison is asked for.

    Attributes:
        settings: of the measurement, its arms included; all are held against the first.
        cpus: processors that all workers share; ``None``: one, or on a GPU all.
        margin: largest share that counts as no difference.
    """

    settings: Settings
    cpus: tuple[int, ...] | None
    margin: float


def arms_apart(written: Sequence[str], defaults: Options) -> tuple[Arm, ...]:
    """Return the arms; each that is written as one before it is given a text of its own.

    Raises:
        UserError: one can't be parsed.
    """
    arms: list[Arm] = []
    for arm in (parse_arm(text, defaults) for text in written):
        same = sum(arm.text == parse_arm(text, defaults).text for text in written[: len(arms)])
        arms.append(replace(arm, text=f"{arm.text}#{same + 1}") if same else arm)
    return tuple(arms)


def compare_live(
    asked: Asked,
    folder: Path,
    command: str,
    warn: Warn,
    display: PairProgress,
    undecided: Undecided | None = None,
    looked: Looked = as_it_is,
) -> tuple[Comparison, ...]:
    """Measure the arms in turns and judge them; return a comparison of each with the first.

    Args:
        asked: what is asked for.
        folder: for the result; new.
        command: the command line, for the manifest.
        warn: told what the user should know before it begins.
        display: told before each pair of processes.
        undecided: returns the cells that lack a verdict; ``None``: at the margin.
        looked: called when all is ready; returns it with what a look at the machine brought.

    Raises:
        UserError: something asked for does not exist, or nothing could be measured.
    """
    prepared, cpus = ready(asked, warn)
    prepared = looked(prepared, cpus)
    others = len(asked.settings.arms) - 1
    decide = undecided or partial(
        without_verdict, margin=asked.margin, alpha=INTERIM_ALPHA / others
    )
    measured = compare(prepared, folder, command, decide, cpus, display, warn)
    failed = measured.record.failed
    if len(failed) == len(measured.cells):
        raise UserError(next(iter(failed.values())).splitlines()[0])
    notes = [
        f"{measured.pairs} {_pairs(others)} of {measured.start} processes; ended by "
        f"{measured.ended_by}"
    ]
    if prepared.source.kind == "sample":
        notes.append("the embedded sample is for smoke tests: its scores say nothing about a model")
    return tuple(_judged(asked, other, measured, notes) for other in measured.record.others)


def ready(asked: Asked, warn: Warn) -> tuple[Prepared, Cpus]:
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


def store(
    comparisons: Sequence[Comparison], folder: Path, more: Mapping[str, Any] | None = None
) -> None:
    """Write ``comparison.json`` into the result folder."""
    write_json(folder / COMPARISON, all_to_json(comparisons) | dict(more or {}))


def _pairs(others: int) -> str:
    return "pairs" if others == 1 else f"sets of {others + 1}"


def _judged(asked: Asked, b: str, measured: Measured, notes: Sequence[str]) -> Comparison:
    """Return the comparison of one arm with the first."""
    record, manifest = measured.record, measured.result.manifest
    a, others = record.first, len(record.others)
    cells = [cell for cell in measured.cells if cell in record.cells[b]]
    tasks = dict.fromkeys(cell.task for cell in cells)
    told = differing((manifest, a), (manifest, b), tasks)
    apart = (
        [f"what differs between the arms besides their options: {'; '.join(told)}"] if told else []
    )
    return judge(
        a,
        b,
        record.observations[b],
        cells,
        record.measures,
        asked.margin,
        alpha=ALPHA / others,
        errors=record.errors(b),
        flags=measured.flags(a, b),
        notes=[*notes, *apart],
        uncompared=[
            Uncompared(key.cell, f"{b} does not run {key.task}")
            for key in manifest.cells
            if key.arm == a and key.cell not in cells
        ],
    )
