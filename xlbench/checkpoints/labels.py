"""Labels: which of a task's labels each index of a model's output stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from xlbench.errors import UserError
from xlbench.tasks.task import Task

_PLACEHOLDER = re.compile(r"LABEL_\d+")


class LabelMismatch(UserError):
    """The model's outputs are not those of the task: it was trained for something else."""


def labels_of(
    task: Task, declared: Sequence[str] | None, config: Mapping[str, Any], where: str
) -> tuple[str, ...]:
    """Return the task's label for each index of the model's output.

    Args:
        task: the task; without labels (questions, retrieval) the answer is empty.
        declared: what the catalogue's entry says, ``None`` where it says nothing.
        config: the model's ``config.json``.
        where: the checkpoint, for messages.

    Raises:
        LabelMismatch: the labels are not the task's.
        UserError: the model names no labels and the catalogue neither, or the two contradict
            each other.
    """
    if not task.labels:
        return ()
    own = _own_labels(config)
    known = not all(_PLACEHOLDER.fullmatch(label) for label in own)
    if declared is None and not known:
        if len(own) != len(task.labels):
            raise LabelMismatch(
                f"{where}: {task.name} has {len(task.labels)} labels, the model {len(own)} outputs"
            )
        raise UserError(
            f"{where}: its config.json names its outputs {', '.join(own[:3])}, which says nothing. "
            f"Add an entry with `labels: [...]` ({task.name} has {', '.join(task.labels)}, write "
            "them in the model's order) to a file and pass it as --checkpoints FILE."
        )
    named = own if declared is None else tuple(declared)
    if len(named) != len(own):
        raise UserError(
            f"{where}: the catalogue lists {len(named)} labels, the model has "
            f"{len(own)} outputs. Correct `labels` of the entry."
        )
    if declared is not None and known and [_fold(a) for a in named] != [_fold(b) for b in own]:
        raise UserError(
            f"{where}: the order of labels in the catalogue is {', '.join(named)}, in the model's "
            f"config.json {', '.join(own)}. Correct `labels` of the entry, or leave it out."
        )
    return _as_the_task_writes_them(task, named, where)


def _own_labels(config: Mapping[str, Any]) -> tuple[str, ...]:
    # transformers leaves id2label out of the file where there are two nameless labels.
    given = config.get("id2label") or {i: f"LABEL_{i}" for i in range(config.get("num_labels", 2))}
    return tuple(str(given[key]) for key in sorted(given, key=int))


def _as_the_task_writes_them(task: Task, named: Sequence[str], where: str) -> tuple[str, ...]:
    official = {_fold(label): label for label in task.labels}
    lacking = [label for key, label in official.items() if key not in map(_fold, named)]
    strange = [label for label in named if _fold(label) not in official]
    if lacking or (strange and not task.kind.open_labels):
        raise LabelMismatch(
            f"{where}: {task.name} needs the labels {', '.join(task.labels)}, found "
            f"{', '.join(named)}. If they mean the same, add an entry with `labels` written as "
            "the task does, in the model's order (--checkpoints FILE)."
        )
    return tuple(official.get(_fold(label), label) for label in named)


def _fold(label: str) -> str:
    return label.strip().casefold()
