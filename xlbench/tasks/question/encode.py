"""From questions and contexts to windows of token ids.

As XTREME's ``run_squad.py``: windows of at most 384 tokens, the question (its first 64 tokens)
in front, successive windows 128 context tokens apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

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
    tokenizer: PreTrainedTokenizerFast, task: Task, examples: Sequence[QuestionExample]
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
    special = tokenizer.num_special_tokens_to_add(pair=True)
    windows: list[Window] = []
    counts: list[Count] = []
    for index, example in enumerate(examples):
        question = questions[index][:MAX_QUESTION_TOKENS]
        context = contexts["input_ids"][index]
        offsets = np.array(contexts["offset_mapping"][index], dtype=np.int32).reshape(-1, 2)
        room = task.max_length - len(question) - special
        windows += _windows(tokenizer, index, question, context, offsets, room, task.window_step)
        text = f"{example.question} {example.context}"
        counts.append(
            Count(
                len(questions[index]) + len(context),
                words(text),
                chars(text),
                len(questions[index]) > MAX_QUESTION_TOKENS,
            )
        )
    return Encoded(tuple(windows), tuple(counts))


def _windows(
    tokenizer: PreTrainedTokenizerFast,
    index: int,
    question: list[int],
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
        ids, types, first = _join(tokenizer, question, context[begin:end])
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


def _join(
    tokenizer: PreTrainedTokenizerFast, question: list[int], context: list[int]
) -> tuple[np.ndarray, np.ndarray | None, int]:
    """Ids and segments of question and context with special tokens; the context's begin.

    XLM-R puts two separators between the texts, BERT one.
    """
    cls, sep = [tokenizer.cls_token_id], [tokenizer.sep_token_id]
    between = sep * (tokenizer.num_special_tokens_to_add(pair=True) - 2)
    front = [*cls, *question, *between]
    ids = ids_of([*front, *context, *sep])
    if "token_type_ids" not in tokenizer.model_input_names:
        return ids, None, len(front)
    types = np.zeros(len(ids), dtype=np.int32)
    types[len(front) :] = 1
    return ids, types, len(front)
