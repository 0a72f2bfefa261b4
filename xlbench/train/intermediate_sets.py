"""Reading intermediate tasks: from ``--intermediate-data`` to training sets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xlbench.data.malformed import MalformedRows
from xlbench.errors import UserError
from xlbench.train import find_files
from xlbench.train.find_files import Download, FoundFiles
from xlbench.train.intermediate import INTERMEDIATE, PARTS, Intermediate
from xlbench.train.plain import TrainExample, parsed
from xlbench.train.raw_rows import json_lines
from xlbench.train.training_set import TrainingSet, make_set


def read_intermediate(
    name: str,
    data: str,
    bad: MalformedRows,
    limit: int | None = None,
    *,
    translated: Path | None = None,
    download: Download | None = None,
) -> TrainingSet:
    """Return the training set of an intermediate task.

    Args:
        name: one of ``INTERMEDIATE``.
        data: a folder, or ``hub``.
        bad: what to do with malformed rows.
        limit: the most examples.
        translated: folder with machine translations of the training set, ``LG/TASK/train.jsonl``
            in the plain form, which are trained on beside it.
        download: see ``find_files.Download``.

    Raises:
        UserError: the task is unknown, or its files are not there.
    """
    if name not in INTERMEDIATE:
        known = ", ".join(INTERMEDIATE)
        raise UserError(f"no intermediate task is called {name!r}. Choose from: {known}.")
    entry = INTERMEDIATE[name]
    found = _found(entry, data, download)
    if not found:
        raise _not_there(entry, data)
    more = _translations(name, translated)
    task = entry.task
    train = [e for each in found.values() for e in _examples(entry, each, "train", bad)]
    train += [e for path in more for e in parsed(task, json_lines(path, bad), bad)]
    dev = [e for each in found.values() for e in _examples(entry, each, "dev", bad)]
    files = [p for each in found.values() for p in (*each.train, *each.dev)]
    return make_set(
        name,
        task,
        train,
        dev,
        [*files, *more],
        ", ".join(dict.fromkeys(each.origin for each in found.values())),
        limit,
        parts=tuple(found) if entry.parts else tuple(path.parts[-3] for path in more),
    )


def is_there(name: str, data: str) -> bool:
    """Return whether a folder holds the task, or for the Hub whether there is a data set."""
    entry = INTERMEDIATE[name]
    each = [_entry(part) for part in entry.parts] or [entry]
    if data == "hub":
        return any(one.hub is not None for one in each)
    root = Path(data).expanduser()
    return any(find_files.in_folder(one, root) is not None for one in (entry, *each))


def _entry(name: str) -> Intermediate:
    return PARTS.get(name) or INTERMEDIATE[name]


def _found(entry: Intermediate, data: str, download: Download | None) -> dict[str, FoundFiles]:
    """The files by the name of the part; a task without parts, or in the plain form, is one."""
    if data != "hub":
        root = Path(data).expanduser()
        if not root.is_dir():
            raise UserError(f"--intermediate-data {data}: there is no such folder.")
        whole = find_files.in_folder(entry, root)
        if whole is not None:
            return {entry.task.name: whole}
        parts = ((name, find_files.in_folder(_entry(name), root)) for name in entry.parts)
        return {name: found for name, found in parts if found is not None}
    each = [_entry(name) for name in entry.parts] or [entry]
    return {one.task.name: find_files.on_hub(one.hub, download) for one in each if one.hub}


def _examples(
    entry: Intermediate, found: FoundFiles, split: str, bad: MalformedRows
) -> Iterator[TrainExample]:
    return parsed(entry.task, found.rows(split, bad), bad)


def _translations(name: str, folder: Path | None) -> list[Path]:
    if folder is None:
        return []
    files = sorted(folder.glob(f"*/{name}/train.jsonl"))
    if not files:
        raise UserError(
            f"--translated {folder}: expected LG/{name}/train.jsonl in it, a folder for each "
            "language, found none."
        )
    return files


def _not_there(entry: Intermediate, data: str) -> UserError:
    title = entry.task.title
    each = [_entry(name) for name in entry.parts] or [entry]
    places = "; ".join(find_files.looked_for(one) for one in each)
    if data == "hub":
        return UserError(
            f"{title} is not on the Hub: {entry.why_local}. Pass --intermediate-data DIR with "
            f"your own copy ({places})."
        )
    licence = f" {entry.why_local}: it is read from your own copy only." if entry.why_local else ""
    return UserError(f"--intermediate-data {data}: no {title} there. Looked for {places}.{licence}")
