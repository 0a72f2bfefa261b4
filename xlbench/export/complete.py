"""Whether a task can be submitted: predictions for all of XTREME's test set, or why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xlbench.predictions import Prediction
from xlbench.results.manifest import Manifest
from xlbench.tasks.task import Task


def data_missing(task: Task, manifest: Manifest, languages: Iterable[str]) -> str | None:
    """Return why the data that was measured is not all of the test set; ``None`` if it is.

    Args:
        task: the task.
        manifest: of the run.
        languages: those with predictions.
    """
    missing = [code for code in task.languages if code not in set(languages)]
    if all(cell.task != task.name for cell in manifest.cells):
        return "it was not measured"
    if len(missing) == len(task.languages):
        return "it has no predictions (they come from the offline scenario)"
    if missing:
        return f"no predictions for {', '.join(missing)}"
    data = manifest.data
    layout = data.layouts.get(task.name, "")
    # What ``data.describe`` says of cells that are not those of the official test set.
    for other in ("dev split", "validation split", "test split", "gold pairs only"):
        if other in layout:
            return f"it was measured on other data than XTREME's test set ({layout})"
    skipped = [
        cell.partition("/")[2]
        for cell in data.cells_with_skipped_rows
        if cell.partition("/")[0] == task.name
    ]
    if skipped:
        return f"malformed rows were left out in {', '.join(skipped)}"
    if task.kind.submission.chosen and manifest.settings.limit is not None:
        return _limited(manifest)
    return None if task.kind.search is not None else _sampled(manifest)


def lines_missing(
    task: Task, manifest: Manifest, lines: Mapping[str, list[Prediction]]
) -> str | None:
    """Return why the lines of a task's languages are not whole; ``None`` if they are."""
    empty = [language for language, own in lines.items() if not own]
    if empty and task.kind.submission.chosen:
        return (
            f"no pairs were chosen for {', '.join(empty)}: the threshold needs the dev split "
            "with its gold pairs"
        )
    if empty:
        return (
            f"the predictions for {', '.join(empty)} don't say which line they belong to: an "
            "earlier version of xlbench made them"
        )
    limit = manifest.settings.limit
    if limit is not None and any(len(own) >= limit for own in lines.values()):
        return _limited(manifest)
    return None


def _sampled(manifest: Manifest) -> str | None:
    sample = manifest.settings.sample
    return None if sample is None else f"it was measured with --sample {sample}"


def _limited(manifest: Manifest) -> str:
    return f"it was measured with --limit {manifest.settings.limit}"
