"""Answers are those of the procedure that XTREME's ``run_squad.py`` calls, step by step."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xlbench.encode.window import Window
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.question.decode import BEST, MAX_ANSWER_TOKENS, decode
from xlbench.tasks.question.encode import Trace
from xlbench.tasks.question.example import QuestionExample

LOGITS = st.integers(-40, 40).map(lambda n: n / 4)
"""Few values, so that many are equal."""


@st.composite
def rows(draw):
    """Windows over one context, a word of four letters a token: (first, begin, owned, logits)."""
    tokens = draw(st.integers(1, 60))
    found = []
    for _ in range(draw(st.integers(1, 3))):
        begin = draw(st.integers(0, tokens - 1))
        size = draw(st.integers(1, tokens - begin))
        first = draw(st.integers(0, 30))
        length = first + size + draw(st.integers(0, 2))
        owned = draw(st.lists(st.booleans(), min_size=size, max_size=size))
        logits = st.lists(LOGITS, min_size=length, max_size=length)
        found.append((first, begin, owned, draw(logits), draw(logits)))
    return tokens, found


def by_the_book(windows):
    """The list of all candidates, sorted: as the official code makes it, with Python's numbers."""
    candidates = []
    for first, begin, owned, start, end in windows:
        for s in sorted(range(len(start)), key=lambda i: start[i], reverse=True)[:BEST]:
            for e in sorted(range(len(end)), key=lambda i: end[i], reverse=True)[:BEST]:
                inside = first <= s < first + len(owned) and first <= e < first + len(owned)
                if not inside or not owned[s - first]:
                    continue
                if e < s or e - s + 1 > MAX_ANSWER_TOKENS:
                    continue
                candidates.append((start[s] + end[e], begin + s - first, begin + e - first))
    return max(candidates, key=lambda c: c[0], default=None)


@given(rows())
def test_the_answer_is_the_first_of_the_best_candidates_by_the_book(made):
    tokens, windows = made
    context = " ".join(f"{i:04d}" for i in range(tokens))
    encoded, outputs = [], []
    for first, begin, owned, start, end in windows:
        at = 5 * np.arange(begin, begin + len(owned))
        trace = Trace(first, np.stack([at, at + 4], axis=1), np.array(owned))
        encoded.append(Window(0, np.zeros(len(start), np.int32), None, trace))
        outputs.append((np.array(start, np.float32), np.array(end, np.float32)))
    example = QuestionExample("q", "?", context, None, None)
    found = decode(TASKS["xquad"], (), example, encoded, outputs)
    expected = by_the_book(windows)
    if expected is None:
        assert (found.value, found.score) == ("", None)
    else:
        score, first, last = expected
        assert found.value == context[5 * first : 5 * last + 4]
        assert found.score == score


def test_a_token_that_is_no_context_takes_one_of_the_twenty_places():
    """Twenty tokens of the question start better than the answer: it is not among the best 20."""
    start = np.array([9.0] * BEST + [8.0, 1.0], np.float32)
    end = np.array([0.0] * BEST + [9.0, 9.0], np.float32)
    trace = Trace(BEST, np.array([[0, 4], [5, 9]]), np.array([True, True]))
    window = Window(0, np.zeros(BEST + 2, np.int32), None, trace)
    example = QuestionExample("q", "?", "word next", None, None)
    assert decode(TASKS["xquad"], (), example, [window], [(start, end)]).value == ""
    start[0] = -9.0
    assert decode(TASKS["xquad"], (), example, [window], [(start, end)]).value == "word"
