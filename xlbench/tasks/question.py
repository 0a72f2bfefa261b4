"""Span question answering (XQuAD, MLQA, TyDiQA-GoldP).

As XTREME's ``run_squad.py``: windows of at most 384 tokens, the question (its first 64
tokens) in front, successive windows 128 context tokens apart; among the 20 best starts and
ends of all windows the pair with the highest sum of logits of at most 30 tokens, each token
only in the window where it has most context. The answer is cut out of the context by
character offsets, so it is always a substring of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xlbench.encode.window import Count, Encoded, Window
from xlbench.examples import Example, QuestionExample
from xlbench.predictions import Prediction
from xlbench.tasks.kind import Outputs
from xlbench.tasks.tokenizing import chars, ids_of, words

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

    from xlbench.tasks.catalogue import Task

MAX_QUESTION_TOKENS = 64
MAX_ANSWER_TOKENS = 30
BEST = 20


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


class Question:
    """Kind ``question``. ``Window.trace`` is a ``Trace``."""

    head = "question-answering"

    def encode(
        self, tokenizer: PreTrainedTokenizerFast, task: Task, examples: Sequence[Example]
    ) -> Encoded:
        """Return the windows of each question's context."""
        asked = [e for e in examples if isinstance(e, QuestionExample)]
        questions = tokenizer([e.question for e in asked], add_special_tokens=False, verbose=False)[
            "input_ids"
        ]
        contexts = tokenizer(
            [e.context for e in asked],
            add_special_tokens=False,
            verbose=False,
            return_offsets_mapping=True,
        )
        special = tokenizer.num_special_tokens_to_add(pair=True)
        windows: list[Window] = []
        counts: list[Count] = []
        for index, example in enumerate(asked):
            question = questions[index][:MAX_QUESTION_TOKENS]
            context = contexts["input_ids"][index]
            offsets = np.array(contexts["offset_mapping"][index], dtype=np.int32).reshape(-1, 2)
            room = task.max_length - len(question) - special
            windows += _windows(tokenizer, index, question, context, offsets, room, task.stride)
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

    def decode(
        self,
        task: Task,
        labels: Sequence[str],
        example: Example,
        windows: Sequence[Window],
        outputs: Sequence[Outputs],
    ) -> Prediction:
        """Return the best span's text; empty where no span is valid."""
        assert isinstance(example, QuestionExample)
        best: tuple[float, int, int, int] | None = None
        for number, (window, (start, end)) in enumerate(zip(windows, outputs, strict=True)):
            trace: Trace = window.trace
            n = len(trace.offsets)
            found = _best(
                start[trace.first : trace.first + n],
                end[trace.first : trace.first + n],
                trace.starts,
            )
            if found is not None and (best is None or found[0] > best[0]):
                best = *found, number
        if best is None:
            return Prediction(example.id, "")
        score, first, last, number = best
        offsets: np.ndarray = windows[number].trace.offsets
        whole = number == 0, number == len(windows) - 1
        return Prediction(example.id, _text(example.context, offsets, first, last, whole), score)


def _text(
    context: str, offsets: np.ndarray, first: int, last: int, whole: tuple[bool, bool]
) -> str:
    """The text of a span of a window's tokens, without white space around it.

    A character that the tokenizer drops (joiners of zero width, direction marks) goes with the
    token right before it, or right behind it where white space stands before: XTREME answers
    with whole words of the text, so that a word keeps its last joiner.

    Args:
        context: the context.
        offsets: as in ``Trace``.
        first: the span's first token.
        last: the span's last token.
        whole: whether the window begins where the context does, and ends where it ends.
    """
    begin, end = int(offsets[first, 0]), int(offsets[last, 1])
    behind = len(context) if whole[1] else end
    if last + 1 < len(offsets):
        behind = int(offsets[last + 1, 0])
    before = 0 if whole[0] else begin
    if first > 0:
        before = int(offsets[first - 1, 1])
    gap = context[end:behind]
    if gap and not gap[0].isspace():
        end += len(gap.split()[0])
    gap = context[before:begin]
    if gap and not gap[-1].isspace() and (before == 0 or gap[0].isspace()):
        begin -= len(gap.split()[-1])
    return context[begin:end].strip()


def _windows(
    tokenizer: PreTrainedTokenizerFast,
    index: int,
    question: list[int],
    context: list[int],
    offsets: np.ndarray,
    room: int,
    stride: int,
) -> list[Window]:
    begins = [0]
    while begins[-1] + room < len(context):
        begins.append(begins[-1] + min(stride, room))
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


def _best(
    start: np.ndarray, end: np.ndarray, may_start: np.ndarray
) -> tuple[float, int, int] | None:
    """The highest sum of a start's and an end's logit among the best of each."""
    starts = np.argsort(-start, kind="stable")[:BEST]
    ends = np.argsort(-end, kind="stable")[:BEST]
    starts = starts[may_start[starts]]
    width = ends[None, :] - starts[:, None]
    valid = (width >= 0) & (width < MAX_ANSWER_TOKENS)
    if not valid.any():
        return None
    sums = np.where(valid, start[starts][:, None] + end[ends][None, :], -np.inf)
    row, column = np.unravel_index(int(np.argmax(sums)), sums.shape)
    return float(sums[row, column]), int(starts[row]), int(ends[column])
