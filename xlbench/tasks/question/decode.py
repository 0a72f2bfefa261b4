"""From logits of starts and ends to an answer.

As ``compute_predictions_logits`` of transformers' SQuAD metrics, which XTREME's ``run_squad.py``
calls: among the 20 best starts and the 20 best ends of each window the pair with the highest sum
of logits, of at most 30 tokens, each start only in the window where it has most context. The 20
are the best of the whole row; one that is no token of the context (special tokens, the question)
takes a place and is dropped. Only padding takes none here, because batches of other widths would
then answer otherwise. The answer is cut out of the context by character offsets, so it is always a
substring of it, and empty where no pair is left (there: the word "empty").
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlbench.encode.window import Window
from xlbench.predictions import Prediction
from xlbench.tasks.question.encode import Trace
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.task import Outputs, Task

MAX_ANSWER_TOKENS = 30
BEST = 20


def decode(
    task: Task,
    labels: Sequence[str],
    example: QuestionExample,
    windows: Sequence[Window],
    outputs: Sequence[Outputs],
) -> Prediction:
    """Return the best span's text; empty where no span is valid."""
    best: tuple[float, int, int, int] | None = None
    for number, (window, (start, end)) in enumerate(zip(windows, outputs, strict=True)):
        found = best_span(start, end, window.trace)
        if found is not None and (best is None or found[0] > best[0]):
            best = *found, number
    if best is None:
        return Prediction(example.id, "")
    score, first, last, number = best
    offsets: np.ndarray = windows[number].trace.offsets
    whole = number == 0, number == len(windows) - 1
    return Prediction(example.id, _text(example.context, offsets, first, last, whole), score)


def best_span(start: np.ndarray, end: np.ndarray, trace: Trace) -> tuple[float, int, int] | None:
    """Return the highest sum of a start's and an end's logit, and the two tokens of the context.

    Args:
        start: logits of all tokens of the row, padding left out.
        end: of the same shape.
        trace: where the context stands in the row, and where an answer may begin.
    """
    starts, ends = _best(start) - trace.first, _best(end) - trace.first
    n = len(trace.offsets)
    starts = starts[(starts >= 0) & (starts < n)]
    starts, ends = starts[trace.starts[starts]], ends[(ends >= 0) & (ends < n)]
    width = ends[None, :] - starts[:, None]
    valid = (width >= 0) & (width < MAX_ANSWER_TOKENS)
    if not valid.any():
        return None
    # In double precision, as the sums of Python's numbers there: no two become equal.
    here = start[trace.first + starts].astype(np.float64)
    there = end[trace.first + ends].astype(np.float64)
    sums = np.where(valid, here[:, None] + there[None, :], -np.inf)
    row, column = np.unravel_index(int(np.argmax(sums)), sums.shape)
    return float(sums[row, column]), int(starts[row]), int(ends[column])


def _best(logits: np.ndarray) -> np.ndarray:
    return np.argsort(-logits, kind="stable")[:BEST]


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
