"""Labels: which of a task's labels each index of a model's output stands for."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from xlbench.checkpoints.config import ModelConfig
from xlbench.checkpoints.entries import Entry
from xlbench.checkpoints.heads import head_for
from xlbench.errors import UserError
from xlbench.tasks.task import Task

_PLACEHOLDER = re.compile(r"LABEL_\d+")


class LabelMismatch(UserError):
    """The model's outputs are not those of the task: it was trained for something else."""


def labels_of(task: Task, entry: Entry, config: ModelConfig) -> tuple[str, ...]:
    """Return the task's label for each index of the model's output.

    Args:
        task: the task; without labels (questions, retrieval) the answer is empty.
        entry: what the catalogue says, or what a folder or repository without an entry tells.
        config: the model's architecture, with the names of its outputs.

    Raises:
        LabelMismatch: the labels are not the task's.
        UserError: the model names no labels and the catalogue neither, or the two contradict
            each other.
    """
    if not task.labels:
        return ()
    where, declared = f"checkpoint {entry.name!r}", entry.labels
    own = _own_labels(config)
    known = not all(_PLACEHOLDER.fullmatch(label) for label in own)
    if declared is None and not known:
        if len(own) != len(task.labels):
            raise LabelMismatch(
                f"{where}: {task.name} has {len(task.labels)} labels, the model {len(own)} outputs"
            )
        raise UserError(
            f"{where}: its config.json names its outputs {', '.join(own[:3])}, which does not say "
            f"which labels of {task.name} they are. Write the lines below to a file, its labels "
            "in the order of the model's outputs, and pass it as --checkpoints FILE.",
            paste=entry_to_paste(entry, task),
        )
    named = own if declared is None else declared
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


def entry_to_paste(entry: Entry, task: Task) -> str:
    """Return an entry of the catalogue, in YAML, with all that is known; the labels' order is not.

    Quotes in JSON's way, which is also YAML's.
    """
    name = entry.name.rstrip("/").rpartition("/")[2] if not entry.file else entry.name
    lines = ["entries:", f"  {json.dumps(f'{name}-{task.name}')}:", f"    source: {entry.source}"]
    for key, value in (("hub", entry.hub), ("revision", entry.revision), ("path", entry.path)):
        if value is not None:
            lines.append(f"    {key}: {json.dumps(value)}")
    lines += [
        f"    head: {head_for(task)}",
        f"    tasks: [{task.name}]",
        f"    labels: {json.dumps(list(task.labels))}",
    ]
    return "\n".join(lines)


def _own_labels(config: ModelConfig) -> tuple[str, ...]:
    if config.labels is not None:
        return config.labels
    # transformers leaves id2label out of the file where there are two nameless labels.
    return tuple(f"LABEL_{index}" for index in range(config.outputs or 2))


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
