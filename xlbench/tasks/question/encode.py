"""From questions and contexts to windows of token ids.

As XTREME's ``run_squad.py``: windows of at most 384 tokens, the question (its first 64 tokens)
in front, successive windows 128 context tokens apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xlbench.encode.form import AS_XTREME, InputForm
from xlbench.encode.special_tokens import SpecialTokens, special_tokens
from xlbench.encode.window import Count, Encoded, Window
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.task import Task
from xlbench.tasks.tokenizing import chars, ids_of, words

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

MAX_QUESTION_TOKENS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """Where a window's context tokens stand.

    Attributes:
        first: position of the first context token in the window.
        offsets: for each context token its code points in the context, shape ``(n, 2)``.
        starts: whether an answer may start there: no other window gives it more context.
    """

    first: int
    offsets: np.ndarray
    starts: np.ndarray


def encode(
    tokenizer: PreTrainedTokenizerFast,
    task: Task,
    examples: Sequence[QuestionExample],
    form: InputForm = AS_XTREME,
) -> Encoded:
    """Return the windows of each question's context; ``Window.trace`` is a ``Trace``."""
    questions = tokenizer([e.question for e in examples], add_special_tokens=False, verbose=False)[
        "input_ids"
    ]
    contexts = tokenizer(
        [e.context for e in examples],
        add_special_tokens=False,
        verbose=False,
        return_offsets_mapping=True,
    )
    special = special_tokens(tokenizer)
    most = task.max_length - sum(map(len, (special.before, special.between, special.after)))
    # A model of few positions: the context has half of its row at least.
    longest = max(1, min(MAX_QUESTION_TOKENS, most // 2))
    windows: list[Window] = []
    counts: list[Count] = []
    for index, example in enumerate(examples):
        question = questions[index][:longest]
        context = contexts["input_ids"][index]
        offsets = np.array(contexts["offset_mapping"][index], dtype=np.int32).reshape(-1, 2)
        join = _Joining(special, question, "token_type_ids" in tokenizer.model_input_names)
        room = max(1, most - len(question))
        windows += _windows(index, join, context, offsets, room, task.window_step)
        text = f"{example.question} {example.context}"
        counts.append(
            Count(
                len(questions[index]) + len(context),
                words(text),
                chars(text),
                len(questions[index]) > longest,
            )
        )
    return Encoded(tuple(windows), tuple(counts))


@dataclass(frozen=True, slots=True)
class _Joining:
    """How a question and a part of the context become a row."""

    special: SpecialTokens
    question: list[int]
    segmented: bool

    def row(self, context: list[int]) -> tuple[np.ndarray, np.ndarray | None, int]:
        """Return ids and segments of the row, and where the context begins in it."""
        front = [*self.special.before, *self.question, *self.special.between]
        ids = ids_of([*front, *context, *self.special.after])
        if not self.segmented:
            return ids, None, len(front)
        types = np.zeros(len(ids), dtype=np.int32)
        types[len(front) :] = 1
        return ids, types, len(front)


def _windows(
    index: int,
    join: _Joining,
    context: list[int],
    offsets: np.ndarray,
    room: int,
    step: int,
) -> list[Window]:
    begins = [0]
    while begins[-1] + room < len(context):
        begins.append(begins[-1] + min(step, room))
    ends = [min(begin + room, len(context)) for begin in begins]
    owners = _owners(begins, ends, len(context))
    windows = []
    for number, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        ids, types, first = join.row(context[begin:end])
        own = owners[begin:end] == number
        windows.append(Window(index, ids, types, Trace(first, offsets[begin:end], own)))
    return windows


def _owners(begins: list[int], ends: list[int], length: int) -> np.ndarray:
    """For each context token the window that gives it most context.

    Context is the smaller of the tokens to its left and right, plus 0.01 for each token of
    the window (``_check_is_max_context`` of the SQuAD scripts); the first of equals wins.
    """
    position = np.arange(length)
    scores = np.full((len(begins), length), -np.inf)
    for row, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        inside = position[begin:end]
        context = np.minimum(inside - begin, end - 1 - inside)
        scores[row, begin:end] = context + 0.01 * (end - begin)
    owners: np.ndarray = np.argmax(scores, axis=0)
    return owners
