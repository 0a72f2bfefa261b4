"""Rows of the Hub's ``google/xtreme`` as tagged sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from xlbench.data.malformed import MalformedRows
from xlbench.data.parquet import are_texts, class_name, read_rows
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
    for index, (path, row, values) in enumerate(read_rows(files, ("tokens", column))):
        words = values["tokens"] or []
        tags = [class_name(value, path, column) for value in values[column] or []]
        labelled = any(tag is not None for tag in tags)
        unknown = [tag for tag in tags if labelled and tag not in task.labels]
        if labelled and len(tags) != len(words):
            bad.report(
                path, row, f"expected {len(words)} tags for as many words, found {len(tags)}"
            )
        elif unknown:
            known = " ".join(task.labels)
            bad.report(path, row, f"expected tags out of {known}, found {unknown[0]!r}")
        elif not words or not are_texts(*words):
            bad.report(path, row, "expected words, found none or a null value")
        else:
            gold = tuple(tag for tag in tags if tag is not None) if labelled else None
            yield TaggingExample(str(index), tuple(words), gold)
