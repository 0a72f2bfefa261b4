"""Nothing of the real data is lost between its text and its predictions, with real tokenizers.

All of ../shared/data; and because it has no text in some scripts that write without spaces, or
combine characters, also the embedded sample's sentences, joined to texts of several windows.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from transformers import AutoTokenizer

from xlbench.data.open import open_source
from xlbench.encode.special_tokens import special_tokens
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.question.decode import MAX_ANSWER_TOKENS
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.tagging.example import TaggingExample

SHARED = Path(__file__).parents[3] / "shared"
DATA, TOKENIZERS = SHARED / "data", SHARED / "tokenizers"
pytestmark = pytest.mark.skipif(
    not (DATA.is_dir() and TOKENIZERS.is_dir()),
    reason="the real data and tokenizers (../shared) are not on this machine",
)


def cells(where, task, languages):
    return [(where, task, language) for language in languages.split()]


TAGGED = [
    *cells("shared", "udpos", "af ar de el en es et fi fr hi hu id kk ko mr nl pt te th tr ur zh"),
    *cells("sample", "panx", " ".join(TASKS["panx"].languages)),
]
ASKED = [
    *cells("shared", "xquad", "ar de en es hi tr zh"),
    *cells("shared", "tydiqa", "ar en id ko ru te"),
]
SPACED = {"zh": "", "ja": "", "th": "", "my": ""} | dict.fromkeys(
    ("ar", "bn", "fa", "he", "hi", "ml", "ta", "te", "ur"), " "
)


@pytest.fixture(scope="module", params=["xlmr", "mbert"])
def tokenizer(request):
    return AutoTokenizer.from_pretrained(TOKENIZERS / request.param)


@cache
def examples(where, task, language):
    source = open_source("sample" if where == "sample" else str(DATA), TASKS)
    return tuple(source.examples(task, language))


def pieces(tokenizer, examples):
    """The ids of each word as the tokenizer gives them for that word alone."""
    words = list({word for example in examples for word in example.words})
    found = tokenizer.backend_tokenizer.encode_batch(words, add_special_tokens=False)
    unknown = [tokenizer.unk_token_id]
    return {word: own.ids or unknown for word, own in zip(words, found, strict=True)}


def invisible(character):
    return unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Zs")


def assert_each_word_has_one_slot(tokenizer, task, example, windows, alone):
    expected = [alone[word] for word in example.words]
    slots = [int(w.ids[position]) for w in windows for position in w.trace]
    assert slots == [ids[0] for ids in expected]
    special = special_tokens(tokenizer)
    begin, end = len(special.before), -len(special.between)
    inner = [i for w in windows for i in w.ids[begin:end].tolist()]
    assert inner == [i for ids in expected for i in ids]
    assert all(w.length <= task.max_length for w in windows)
    rng = np.random.default_rng(0)
    outputs = [(rng.random((w.length, len(task.labels)), np.float32),) for w in windows]
    tags = task.kind.decode(task, task.labels, example, windows, outputs).value.split(" ")
    assert len(tags) == len(example.words)


@pytest.mark.parametrize(("where", "name", "language"), TAGGED)
def test_every_word_of_every_sentence_gets_one_tag_from_its_own_first_piece(
    tokenizer, where, name, language
):
    task = TASKS[name]
    sentences = examples(where, name, language)
    joined = TaggingExample("all", tuple(w for s in sentences[:60] for w in s.words), None)
    together = [*sentences, joined]
    encoded = task.kind.encode(tokenizer, task, together)
    assert not any(count.truncated for count in encoded.counts)
    by_example = [[] for _ in together]
    for window in encoded.windows:
        by_example[window.example].append(window)
    alone = pieces(tokenizer, together)
    for example, own in zip(together, by_example, strict=True):
        assert_each_word_has_one_slot(tokenizer, task, example, own, alone)


def assert_nothing_of_the_context_is_lost(example, windows):
    covered = np.zeros(len(example.context), dtype=bool)
    for window in windows:
        for begin, end in window.trace.offsets[window.trace.starts].tolist():
            covered[begin:end] = True
    lost = {example.context[i] for i in np.flatnonzero(~covered)}
    assert all(map(invisible, lost)), f"{example.id}: no answer can start at {lost}"


def assert_random_scores_give_a_part_of_the_context(task, example, windows, rng):
    outputs = [tuple(rng.standard_normal((2, w.length), np.float32)) for w in windows]
    answer = task.kind.decode(task, (), example, windows, outputs).value
    assert answer in example.context
    assert answer == answer.strip()
    return answer


def assert_the_gold_answer_comes_back(task, example, windows):
    """A model that points at the pieces of the gold answer must get it, unless it is too long."""
    begin, text = example.answer_starts[0], example.answers[0]
    outputs, pieces_in_all = [], 0
    for window in windows:
        trace = window.trace
        scores = np.zeros((2, window.length), np.float32)
        first, last = trace.offsets[:, 0], trace.offsets[:, 1]
        inside = np.flatnonzero((first < last) & (last > begin) & (first < begin + len(text)))
        pieces_in_all += int(trace.starts[inside].sum())
        if len(inside) and trace.starts[inside[0]]:
            scores[0, trace.first + inside[0]] = scores[1, trace.first + inside[-1]] = 9
        outputs.append(tuple(scores))
    answer = task.kind.decode(task, (), example, windows, outputs).value
    assert text.strip() in answer or pieces_in_all > MAX_ANSWER_TOKENS


@pytest.mark.parametrize(("where", "name", "language"), ASKED)
def test_no_character_of_a_context_is_lost_and_answers_are_parts_of_it(
    tokenizer, where, name, language
):
    task, rng = TASKS[name], np.random.default_rng(0)
    questions = examples(where, name, language)
    encoded = task.kind.encode(tokenizer, task, questions)
    by_example = [[] for _ in questions]
    for window in encoded.windows:
        by_example[window.example].append(window)
    for example, windows in zip(questions, by_example, strict=True):
        assert all(w.length <= task.max_length for w in windows)
        assert_nothing_of_the_context_is_lost(example, windows)
        assert_random_scores_give_a_part_of_the_context(task, example, windows, rng)
        assert_the_gold_answer_comes_back(task, example, windows)


@pytest.mark.parametrize("language", SPACED)
def test_contexts_of_many_windows_lose_nothing_in_any_script(tokenizer, language):
    task, rng = TASKS["xquad"], np.random.default_rng(0)
    lines = [SPACED[language].join(s.words) for s in examples("sample", "panx", language)]
    context = " ".join(f"{line}{SPACED[language]}{n}" for n, line in enumerate(lines * 30))
    example = QuestionExample("0", lines[0], context, None, None)
    windows = list(task.kind.encode(tokenizer, task, [example]).windows)
    assert len(windows) > 3
    assert_nothing_of_the_context_is_lost(example, windows)
    answers = {
        assert_random_scores_give_a_part_of_the_context(task, example, windows, rng)
        for _ in range(30)
    }
    assert len(answers) > 10
