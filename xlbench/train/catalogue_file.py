"""``checkpoints.yaml`` of what was trained: suites that ``run`` and ``compare`` take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from xlbench.checkpoints.heads import head_for
from xlbench.results.files import write_text
from xlbench.tasks.catalogue import TASKS
from xlbench.train.plan import RETRIEVAL, Suite


@dataclass(frozen=True, slots=True)
class Head:
    """A trained head.

    Attributes:
        path: its folder, relative to the file.
        tasks: target tasks that it is for.
        shared: English rows of their evaluation that were trained on, by task.
    """

    path: str
    tasks: tuple[str, ...]
    shared: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Arm:
    """A trained suite: its encoder, as an entry of a catalogue, and its heads."""

    suite: Suite
    encoder: Mapping[str, Any]
    heads: tuple[Head, ...] = ()


def write_catalogue(file: Path, arms: Iterable[Arm], model: str, asked: tuple[str, ...]) -> None:
    """Write the suites that are whole, entries first.

    Args:
        file: ``checkpoints.yaml``.
        arms: trained so far.
        model: what was started from.
        asked: target tasks.
    """
    entries: dict[str, Any] = {}
    suites: dict[str, Any] = {}
    for arm in arms:
        name = arm.suite.name
        common: dict[str, Any] = {"base_model": model}
        if arm.suite.sets:
            common["intermediate"] = list(arm.suite.sets)
        entries[f"{name}-encoder"] = {**arm.encoder, **common, "head": "encoder"}
        tasks = {task: f"{name}-encoder" for task in RETRIEVAL if task in asked}
        for head in arm.heads:
            entry = f"{name}-{head.tasks[0]}"
            entries[entry] = {
                "source": "path",
                "path": head.path,
                **common,
                "tasks": list(head.tasks),
                "head": head_for(TASKS[head.tasks[0]]),
                **_shared(head),
            }
            tasks |= dict.fromkeys(head.tasks, entry)
        suites[name] = {
            "description": f"Trained with xlbench from {model}, seed {arm.suite.seed}.",
            "checkpoints": {task: tasks[task] for task in TASKS if task in tasks},
        }
    text = yaml.safe_dump({"entries": entries, "suites": suites}, sort_keys=False, width=100)
    write_text(file, text)


def _shared(head: Head) -> dict[str, Any]:
    found = {task: head.shared[task] for task in head.tasks if head.shared.get(task)}
    return {"shared_rows": found} if found else {}
