"""Reading the English training sets of target tasks, as XTREME's download lays them.

XNLI trains on MultiNLI, XQuAD and MLQA on SQuAD v1.1, the others on their own (Hu et al. 2020,
Table 1). Where ``--data`` lacks MultiNLI or SQuAD, those of ``--intermediate-data`` are taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from xlbench.data.hub_files import HubFiles, config_name
from xlbench.data.malformed import MalformedRows
from xlbench.data.places import CellFiles, Place, find_files
from xlbench.data.stores import HubStore, MirrorStore, Store
from xlbench.errors import UserError
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.task import Task
from xlbench.train.intermediate_sets import is_there, read_intermediate
from xlbench.train.training_set import TrainingSet, make_set

_BELOW = (".", "download", "data")
_TRAINED_ON = {"xnli": "mnli", "xquad": "squad", "mlqa": "squad"}
"""Where a task's training set is that of another one, its name among the intermediate tasks."""


def _own(task: str) -> tuple[tuple[Place, ...], tuple[Place, ...]]:
    return (Place((f"{task}/train-{{lg}}.tsv",)),), (Place((f"{task}/dev-{{lg}}.tsv",)),)


_SQUAD = (Place(("squad/train-v1.1.json",)),), (Place(("squad/dev-v1.1.json",)),)
_TYDIQA = tuple(
    Place((f"tydiqa/{path}.{{lg}}.train.json",))
    for path in (
        "tydiqa-goldp-v1.1-train/tydiqa.goldp",
        "tydiqa-goldp-v1.1-train/tydiqa",
        "tydiqa.goldp",
        "tydiqa",
    )
)
PLACES: dict[str, tuple[tuple[Place, ...], tuple[Place, ...]]] = {
    **{task: _own(task) for task in ("xnli", "pawsx", "udpos", "panx")},
    "xquad": _SQUAD,
    "mlqa": _SQUAD,
    # Its development set is what XTREME evaluates.
    "tydiqa": (_TYDIQA, ()),
}
"""Places of training and development files by task, below the folder of ``--data``."""

_SQUAD_ON_HUB = HubFiles("SQuAD", evaluated="validation")
TRAINED = tuple(PLACES)
"""Target tasks that are trained; retrieval takes the encoder as phase 2 left it."""


def shared_by(task: str) -> tuple[str, ...]:
    """Return the tasks whose head is trained on the same set, the task itself among them."""
    return tuple(name for name in TRAINED if PLACES[name] == PLACES[task])


def read_target(
    name: str,
    data: str,
    intermediate_data: str | None,
    bad: MalformedRows,
    limit: int | None = None,
) -> TrainingSet:
    """Return the English training set of a target task.

    Args:
        name: one of ``TRAINED``.
        data: a folder of XTREME's files or of the Hub's parquet files, or ``hub``.
        intermediate_data: as for intermediate tasks, ``None``: none.
        bad: what to do with malformed rows.
        limit: the most examples.

    Raises:
        UserError: there is none.
    """
    task = TASKS[name]
    if data == "hub":
        return _from_store(task, HubStore(), bad, limit)
    train_places, dev_places = PLACES[name]
    root = Path(data).expanduser()
    for below in (root / part for part in _BELOW):
        found = find_files(below, train_places, "en")
        if found is not None:
            dev = find_files(below, dev_places, "en")
            return _from_files(task, found, dev, bad, limit, str(below))
        store = MirrorStore(below)
        if store.files(_config(task), "train"):
            return _from_store(task, store, bad, limit)
    other = _TRAINED_ON.get(name)
    if other is not None and intermediate_data and is_there(other, intermediate_data):
        borrowed = read_intermediate(other, intermediate_data, bad, limit)
        # Lengths and order of labels are the target's.
        return replace(borrowed, name=name, task=task)
    looked = ", ".join(place.files[0].format(lg="en") for place in train_places)
    more = f", and for {other} in --intermediate-data" if other else ""
    raise UserError(
        f"--data {data}: no English training set of {task.title} there. Looked for {looked}{more}. "
        "Leave the task out with --targets, or download it with XTREME's scripts."
    )


def _from_files(
    task: Task,
    train: CellFiles,
    dev: CellFiles | None,
    bad: MalformedRows,
    limit: int | None,
    origin: str,
) -> TrainingSet:
    held = [] if dev is None else list(_labelled(task, dev, bad))
    files = [*train.files, *(dev.files if dev is not None and held else ())]
    return make_set(task.name, task, _labelled(task, train, bad), held, files, origin, limit)


def _labelled(task: Task, cell: CellFiles, bad: MalformedRows) -> Iterator[Any]:
    for example in task.read(cell, bad):
        if task.labelled(example):
            yield example


def _from_store(task: Task, store: Store, bad: MalformedRows, limit: int | None) -> TrainingSet:
    hub = _SQUAD_ON_HUB if task.name in shared_by("xquad") else task.hub
    assert hub is not None
    config = config_name(hub, "en")
    reading = replace(task, hub=hub)
    splits = {"train": store.files(config, "train")}
    if task.name != "tydiqa":
        splits["dev"] = store.files(config, "validation")
    if not splits["train"]:
        raise UserError(
            f"{store.root}: expected {config}/train-*.parquet, found none. Leave the task out "
            "with --targets."
        )
    examples = {
        split: [
            example
            for example in reading.read_hub("en", [("test", files)], bad)
            if task.labelled(example)
        ]
        for split, files in splits.items()
    }
    files = [path for own in splits.values() for path in own]
    return make_set(
        task.name, task, examples["train"], examples.get("dev", []), files, store.root, limit
    )


def _config(task: Task) -> str:
    hub = _SQUAD_ON_HUB if task.name in shared_by("xquad") else task.hub
    assert hub is not None
    return config_name(hub, "en")
