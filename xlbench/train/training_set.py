"""A training set: examples to learn from, others to score on, and where they come from."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from xlbench.data.fingerprint import fingerprint
from xlbench.errors import UserError
from xlbench.tasks.pair.example import PairExample
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.tagging.example import TaggingExample
from xlbench.tasks.task import Task
from xlbench.train.choice_example import ChoiceExample

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, eq=False)
class TrainingSet:
    """English examples of one task.

    Attributes:
        name: of the set, e.g. ``mnli``; heads and curves go by it.
        task: kind, labels, lengths and metric.
        train: what is trained on.
        dev: what the card's score is measured on; may be empty.
        origin: folder, or repository and commit.
        files: names of the files read, training first.
        fingerprint: of these files (``data.fingerprint``).
        parts: of a set made of others, those that were there.
        held_back: training rows left out because they are in ``dev``.
    """

    name: str
    task: Task
    train: tuple[Any, ...]
    dev: tuple[Any, ...]
    origin: str
    files: tuple[str, ...]
    fingerprint: str
    parts: tuple[str, ...] = ()
    held_back: int = 0


def make_set(
    name: str,
    task: Task,
    train: Iterable[Any],
    dev: Iterable[Any],
    files: Sequence[Path],
    origin: str,
    limit: int | None,
    parts: tuple[str, ...] = (),
) -> TrainingSet:
    """Return a set that never trains on a row of its development set.

    Args:
        name: of the set.
        task: what it is a set of; where its tags are open, those of ``train`` become its labels.
        train: examples to train on.
        dev: examples to score on.
        files: what was read.
        origin: folder or repository.
        limit: the most examples of either, a random choice, the same each time.
        parts: names of the parts.

    Raises:
        UserError: there is nothing to train on.
    """
    kept_dev = list(dev)
    held = {row_key(example) for example in kept_dev}
    every = list(train)
    kept = [example for example in every if row_key(example) not in held]
    if not kept:
        raise UserError(
            f"{', '.join(map(str, files)) or origin}: expected examples of {task.title} to train "
            "on, found none. Re-download the files, or leave the task out."
        )
    held_back = len(every) - len(kept)
    kept, kept_dev = some(kept, limit), some(kept_dev, limit)
    if not task.labels:
        task = replace(task, labels=_found_labels(task, kept))
    return TrainingSet(
        name,
        task,
        tuple(kept),
        tuple(kept_dev),
        origin,
        tuple(path.name for path in files),
        fingerprint(files),
        parts,
        held_back,
    )


def some(rows: list[Row], limit: int | None) -> list[Row]:
    """Return at most ``limit`` of the rows in their order: the same random choice each time."""
    if limit is None or limit >= len(rows):
        return rows
    chosen = np.random.default_rng(0).permutation(len(rows))[:limit]
    return [rows[i] for i in sorted(chosen.tolist())]


def _found_labels(task: Task, examples: Sequence[Any]) -> tuple[str, ...]:
    """The tags of a set whose task leaves them open; for choices, their numbers."""
    if task.kind.name == "tagging":
        return tuple(sorted({tag for example in examples for tag in example.tags}))
    if task.kind.name == "choice":
        return tuple(map(str, range(len(examples[0].choices))))
    return ()


def row_key(example: Any) -> Hashable:
    """Return what makes two rows the same: their texts, white space and case aside."""
    match example:
        case PairExample():
            return "pair", _plain(example.text_a), _plain(example.text_b)
        case QuestionExample():
            return "question", _plain(example.question), _plain(example.context)
        case ChoiceExample():
            return "choice", _plain(example.question), *map(_plain, example.choices)
        case TaggingExample():
            return "tagging", _plain(" ".join(example.words))
    return "sentence", _plain(example.text)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
