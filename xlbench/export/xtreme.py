"""XTREME's submission: a folder for each task, a file for each language.

Source: google-research/xtreme, section "Leaderboard Submission" of its README, and what
its ``evaluate.py`` reads: ``TASK/test-LG.tsv`` with a label, a tag, an index or a pair of ids
a line and a blank line between tagged sentences; ``TASK/test-LG.json`` from question ids to
answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from xlbench.tasks.catalogue import TASKS, Task


@dataclass(frozen=True, slots=True)
class Line:
    """A prediction of the submission: the id of its example, and what was predicted."""

    id: str
    value: str


def file_name(task: Task, language: str) -> str:
    """Return the file of a cell, relative to the submission's folder."""
    return f"{task.name}/test-{language}.{'json' if task.kind == 'question' else 'tsv'}"


def all_file_names() -> list[str]:
    """Return every file that a submission can have."""
    return [file_name(task, language) for task in TASKS.values() for language in task.languages]


def render(task: Task, lines: Sequence[Line]) -> str:
    """Return the content of a cell's file.

    Args:
        task: the task.
        lines: the predictions in the submission's order.
    """
    if task.kind == "question":
        return json.dumps({line.id: line.value for line in lines}, indent=1) + "\n"
    between = "\n\n" if task.kind == "tagging" else "\n"
    write = _WRITERS.get(task.name, _value)
    return between.join(write(line) for line in lines) + "\n"


def _value(line: Line) -> str:
    return line.value


def _tags(line: Line) -> str:
    return "\n".join(line.value.split())


def _index(line: Line) -> str:
    """The 0-based line of the sentence found: its id ends in it (see ``data.tatoeba``)."""
    return line.value.rpartition("-")[2]


def _pair(line: Line) -> str:
    return f"{line.id}\t{line.value}"


_WRITERS: Mapping[str, Callable[[Line], str]] = {
    "udpos": _tags,
    "panx": _tags,
    "tatoeba": _index,
    "bucc2018": _pair,
}
