"""A result folder's predictions, written as a submission to XTREME."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from xlbench.errors import UserError
from xlbench.export.complete import data_missing, lines_missing
from xlbench.export.stored import Predictions
from xlbench.export.xtreme import all_file_names, file_name
from xlbench.predictions import Prediction
from xlbench.results.files import write_text
from xlbench.results.manifest import Manifest
from xlbench.results.result import Result
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.suites import XTREME
from xlbench.tasks.task import Task


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes:
        arm: whose predictions.
        lines: for each task written, the predictions of each language.
        incomplete: why each of the other tasks was not.
        notes: what a reader of the submission should know.
    """

    arm: str
    lines: dict[str, dict[str, int]]
    incomplete: dict[str, str]
    notes: tuple[str, ...]


def export(result: Result, folder: Path, arm: str | None = None, force: bool = False) -> Exported:
    """Write the complete tasks of one arm.

    Args:
        result: what a run left.
        folder: where to; made if it is not there.
        arm: which of the result's arms; ``None`` where it has only one.
        force: write to a folder that is not empty, and take an earlier submission's files
            out of it.

    Raises:
        UserError: the arm is not clear, no task is complete, or the folder is not empty.
    """
    manifest = result.manifest
    chosen = _arm(result, arm)
    _check_place(folder, force)
    predictions = Predictions(result, chosen)
    lines: dict[str, dict[str, int]] = {}
    incomplete: dict[str, str] = {}
    texts: dict[str, str] = {}
    for task in (TASKS[name] for name in XTREME.tasks):
        own = _lines(task, manifest, predictions)
        if isinstance(own, str):
            incomplete[task.name] = own
            continue
        lines[task.name] = {language: len(some) for language, some in own.items()}
        texts |= {
            file_name(task, language): task.kind.submission.render(some)
            for language, some in own.items()
        }
    if not texts:
        reasons = "; ".join(f"{tasks}: {why}" for tasks, why in by_reason(incomplete).items())
        raise UserError(
            f"{result.name}: nothing to export, no task of {chosen!r} is complete ({reasons})"
        )
    try:
        for name, text in texts.items():
            write_text(folder / name, text)
        for name in all_file_names():
            if name not in texts:
                (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"{folder}: can't be written to ({error})") from None
    return Exported(chosen, lines, incomplete, _notes(manifest, chosen))


def by_reason(incomplete: Mapping[str, str]) -> dict[str, str]:
    """Return the reason of tasks that have the same, by their names in a row."""
    tasks: dict[str, list[str]] = {}
    for task, why in incomplete.items():
        tasks.setdefault(why, []).append(task)
    return {", ".join(names): why for why, names in tasks.items()}


def _lines(
    task: Task, manifest: Manifest, predictions: Predictions
) -> dict[str, list[Prediction]] | str:
    why = data_missing(task, manifest, predictions.languages(task.name))
    if why is not None:
        return why
    lines = {language: predictions.lines(task.name, language) for language in task.languages}
    return lines_missing(task, manifest, lines) or lines


def _arm(result: Result, arm: str | None) -> str:
    arms = result.manifest.arms
    if arm is None and len(arms) == 1:
        return arms[0]
    if arm is None:
        raise UserError(
            f"{result.name}: it has several arms; choose one with --arm: {', '.join(arms)}"
        )
    if arm not in arms:
        raise UserError(f"--arm {arm}: {result.name} has no such arm; it has {', '.join(arms)}")
    return arm


def _check_place(folder: Path, force: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder}: expected a folder to write to, found a file")
    if folder.is_dir() and any(folder.iterdir()) and not force:
        raise UserError(
            f"{folder}: the folder is not empty; name a new one, or pass --force to "
            "replace an earlier export in it"
        )


def _notes(manifest: Manifest, arm: str) -> tuple[str, ...]:
    notes = []
    if manifest.data.kind == "sample":
        notes.append("the embedded sample is not XTREME's test set: this is no submission")
    if any(c.spec.weights == "random" for c in manifest.checkpoints if c.arm == arm):
        notes.append("the weights are random: the predictions say nothing about a model")
    return tuple(notes)
