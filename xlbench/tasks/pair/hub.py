"""Rows of the Hub's ``google/xtreme`` as sentence pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from xlbench.data.hub_files import is_own_row
from xlbench.data.malformed import MalformedRows
from xlbench.data.parquet import class_name, read_rows
from xlbench.data.texts import are_texts
from xlbench.printable import shown
from xlbench.tasks.labelling import Labelling
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
    labelling = Labelling("a label")
    for path, row, values in read_rows(files, columns):
        if not is_own_row(task.hub, language, values):
            continue
        index += 1
        label = class_name(values[column], path, column)
        problem = None
        if not are_texts(values["sentence1"], values["sentence2"]):
            problem = "expected two sentences, found a null value or something else"
        elif label is not None and label not in task.labels:
            problem = f"expected a label out of {', '.join(task.labels)}, found {shown(label)}"
        problem = problem or labelling.problem(label is not None)
        if problem is not None:
            bad.report(path, row, problem)
            continue
        yield PairExample(str(index), values["sentence1"], values["sentence2"], label)
