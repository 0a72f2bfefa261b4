"""From examples to what a head learns from: token ids, and the labels of its outputs.

The windows are those that are evaluated (``Kind.encode``), so nothing is learnt on inputs that
differ from those that are measured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from xlbench.encode.form import AS_XTREME
from xlbench.encode.window import Window
from xlbench.errors import UserError
from xlbench.tasks.question.encode import Trace
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.task import Task

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

IGNORED = -100
"""The label of a position that no loss is taken from."""
_PORTION = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Feature:
    """One row of a batch, or the rows of one example where they belong together (``choice``).

    Attributes:
        example: index of the example.
        windows: its rows.
        labels: by the head's argument: a number, or one for each token of the row.
    """

    example: int
    windows: tuple[Window, ...]
    labels: dict[str, Any]


def features(
    tokenizer: PreTrainedTokenizerFast, task: Task, examples: Sequence[Any]
) -> list[Feature]:
    """Return the features of all examples, in order."""
    make = _MAKERS[task.kind.name]
    found: list[Feature] = []
    for first in range(0, len(examples), _PORTION):
        part = examples[first : first + _PORTION]
        encoded = task.kind.encode(tokenizer, task, part, AS_XTREME)
        for index, windows in groupby(encoded.windows, key=lambda window: window.example):
            found += make(task, first + index, part[index], tuple(windows))
    return found


def _pair(task: Task, index: int, example: Any, windows: tuple[Window, ...]) -> list[Feature]:
    return [Feature(index, windows, {"labels": task.labels.index(example.label)})]


def _choice(task: Task, index: int, example: Any, windows: tuple[Window, ...]) -> list[Feature]:
    if len(windows) != len(task.labels):
        raise UserError(
            f"{task.title}, {example.id}: expected {len(task.labels)} choices, as in the rows "
            f"before, found {len(windows)}. Correct the file."
        )
    return [Feature(index, windows, {"labels": example.label})]


def _tagging(task: Task, index: int, example: Any, windows: tuple[Window, ...]) -> list[Feature]:
    number = {label: i for i, label in enumerate(task.labels)}
    tags = [number.get(tag, IGNORED) for tag in example.tags]
    made = []
    for window in windows:
        labels = np.full(window.length, IGNORED, dtype=np.int64)
        labels[window.trace] = tags[: len(window.trace)]
        tags = tags[len(window.trace) :]
        made.append(Feature(index, (window,), {"labels": labels}))
    return made


def _question(task: Task, index: int, example: Any, windows: tuple[Window, ...]) -> list[Feature]:
    return [Feature(index, (window,), span_labels(example, window)) for window in windows]


def span_labels(example: QuestionExample, window: Window) -> dict[str, int]:
    """Return the positions of the first answer's first and last token in the window.

    Both are 0, the first token, where the answer is not whole in the window or there is none
    (``run_squad.py`` of transformers does the same).
    """
    if not example.answers or not example.answer_starts:
        return {"start_positions": 0, "end_positions": 0}
    begin = example.answer_starts[0]
    end = begin + len(example.answers[0])
    trace: Trace = window.trace
    inside = (trace.offsets[:, 0] < end) & (trace.offsets[:, 1] > begin)
    whole = len(trace.offsets) > 0 and trace.offsets[0, 0] <= begin and trace.offsets[-1, 1] >= end
    if not whole or not inside.any():
        return {"start_positions": 0, "end_positions": 0}
    places = np.flatnonzero(inside)
    return {
        "start_positions": trace.first + int(places[0]),
        "end_positions": trace.first + int(places[-1]),
    }


_MAKERS: dict[str, Callable[[Task, int, Any, tuple[Window, ...]], list[Feature]]] = {
    "pair": _pair,
    "choice": _choice,
    "tagging": _tagging,
    "question": _question,
    "nullable": _question,
}
