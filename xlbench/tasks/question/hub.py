"""Rows of the Hub's ``google/xtreme`` as questions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from xlbench.data.hub_files import is_own_row
from xlbench.data.malformed import MalformedRows
from xlbench.data.parquet import read_rows
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.question.read import checked
from xlbench.tasks.task import HubSplits, Task

_COLUMNS = ("id", "question", "context", "answers")


def read_hub(
    task: Task, language: str, splits: HubSplits, bad: MalformedRows, limit: int | None = None
) -> Iterator[QuestionExample]:
    """Yield the questions of a cell's parquet files."""
    hub = task.hub
    assert hub is not None
    rows = read_rows(splits[0][1], _COLUMNS)
    own = (row for row in rows if is_own_row(hub, language, row[2]))
    return islice(checked(own, bad), limit)
