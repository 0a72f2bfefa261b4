"""Rows of the Hub's ``google/xtreme`` as sentence pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from xlbench.data.hub_files import is_own_row
from xlbench.data.malformed import MalformedRows
from xlbench.data.parquet import are_texts, class_name, read_rows
from xlbench.tasks.pair.example import PairExample
from xlbench.tasks.task import HubSplits, Task


def read_hub(
    task: Task, language: str, splits: HubSplits, bad: MalformedRows, limit: int | None = None
) -> Iterator[PairExample]:
    """Yield the pairs of a cell's parquet files; ids are numbers of the language's rows."""
    return islice(_pairs(task, language, splits[0][1], bad), limit)


def _pairs(
    task: Task, language: str, files: Sequence[Path], bad: MalformedRows
) -> Iterator[PairExample]:
    assert task.hub is not None
    column = task.hub.labels
    columns = ("sentence1", "sentence2", column, *filter(None, (task.hub.language,)))
    index = -1
    for path, row, values in read_rows(files, columns):
        if not is_own_row(task.hub, language, values):
            continue
        index += 1
        label = class_name(values[column], path, column)
        if not are_texts(values["sentence1"], values["sentence2"]):
            bad.report(path, row, "expected two sentences, found a null value")
        elif label is not None and label not in task.labels:
            known = ", ".join(task.labels)
            bad.report(path, row, f"expected a label out of {known}, found {label!r}")
        else:
            yield PairExample(str(index), values["sentence1"], values["sentence2"], label)
