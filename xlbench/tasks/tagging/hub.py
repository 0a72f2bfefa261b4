"""Rows of the Hub's ``google/xtreme`` as tagged sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from xlbench.data.malformed import MalformedRows
from xlbench.data.parquet import class_name, read_rows
from xlbench.data.texts import are_texts
from xlbench.printable import shown
from xlbench.tasks.labelling import Labelling
from xlbench.tasks.tagging.example import TaggingExample
from xlbench.tasks.task import HubSplits, Task


def read_hub(
    task: Task, language: str, splits: HubSplits, bad: MalformedRows, limit: int | None = None
) -> Iterator[TaggingExample]:
    """Yield the sentences of a cell's parquet files; ids are numbers of rows."""
    return islice(_sentences(task, splits[0][1], bad), limit)


def _sentences(task: Task, files: Sequence[Path], bad: MalformedRows) -> Iterator[TaggingExample]:
    assert task.hub is not None
    column = task.hub.labels
    labelling = Labelling("tags")
    for index, (path, row, values) in enumerate(read_rows(files, ("tokens", column))):
        words, given = values["tokens"], values[column]
        tags: list[str | None] | None = None
        if isinstance(given, list):
            tags = [class_name(value, path, column) for value in given]
        problem = _problem(task, words, tags)
        labelled = any(tag is not None for tag in tags or ())
        problem = problem or labelling.problem(labelled)
        if problem is not None:
            bad.report(path, row, problem)
            continue
        gold = tuple(tag for tag in tags or () if tag is not None) if labelled else None
        yield TaggingExample(str(index), tuple(words), gold)


def _problem(task: Task, words: Any, tags: list[str | None] | None) -> str | None:
    if not isinstance(words, list) or not words or not are_texts(*words):
        return "expected words, found none or something else"
    known = [tag for tag in tags or () if tag is not None]
    if known and len(known) != len(words):
        return f"expected {len(words)} tags for as many words, found {len(known)}"
    for tag in known:
        if tag not in task.labels:
            return f"expected tags out of {' '.join(task.labels)}, found {shown(tag)}"
    return None
