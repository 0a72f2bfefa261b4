"""Contamination: rows of the evaluation that were trained on.

Texts are compared with white space and case aside: pairs whole, tagged sentences by their words,
questions by their paragraph. English training rows can only be found among English evaluation
rows; where a task is the same examples in translation (``Task.translated``), what is found in
English is known in every language.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from xlbench.data.source import Source
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.task import Task
from xlbench.train.training_set import row_key

Keys = Mapping[str, Mapping[Hashable, int]]
"""By task: what tells the rows of its English evaluation set, and how many rows it tells."""


def evaluation_keys(source: Source, tasks: Iterable[Task]) -> Keys:
    """Return the keys of the English evaluation rows of the tasks that the source has."""
    found: dict[str, dict[Hashable, int]] = {}
    for task in tasks:
        if "en" not in source.languages(task.name):
            continue
        counts = found.setdefault(task.name, {})
        for example in source.examples(task.name, "en"):
            key = _key(example)
            counts[key] = counts.get(key, 0) + 1
    return found


def shared_rows(train: Iterable[Any], keys: Keys) -> dict[str, int]:
    """Return for each task how many of its English evaluation rows were trained on."""
    trained = {_key(example) for example in train}
    return {
        task: sum(count for key, count in counts.items() if key in trained)
        for task, counts in keys.items()
    }


def _key(example: Any) -> Hashable:
    if isinstance(example, QuestionExample):
        return "context", " ".join(example.context.split()).casefold()
    return row_key(example)
