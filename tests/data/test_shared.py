"""All of the real data beside the repository: counts and form of every example."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlbench.data.open import open_source
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.pair.example import PairExample
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.retrieval.example import SentenceExample
from xlbench.tasks.tagging.example import TaggingExample

FOLDER = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the real data (../shared/data) is not on this machine"
)

CELLS = {
    "xnli": "ar bg de en es fr hi ur zh",
    "pawsx": "de en fr ja",
    "udpos": "af ar de el en es et fi fr hi hu id kk ko mr nl pt te th tr ur zh",
    "panx": "af ar de el en es et fi fr hi hu id jv ka ko mr ms my nl pt sw te tr ur zh",
    "xquad": "ar de en es hi tr zh",
    "mlqa": "de en es zh",
    "tydiqa": "ar en id ko ru te",
    "bucc2018": "de fr zh",
    "tatoeba": "af ar de el es et fi fr hi hu id jv ka ko mr nl pt ru sw te th tr ur zh",
}
LAYOUTS = {"udpos": "xtreme; dev split: de", "tatoeba": "LASER aligned"}
UDPOS_COUNTS = {"de": 60, "mr": 47, "te": 146}
TYDIQA_COUNTS = {"ko": 276}


def cells(*tasks: str) -> list[tuple[str, str]]:
    return [(task, language) for task in tasks for language in CELLS[task].split()]


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


@pytest.mark.parametrize("task", CELLS)
def test_every_cell_is_found_and_no_other(task) -> None:
    source = open_source(str(FOLDER), TASKS)
    assert " ".join(source.languages(task)) == CELLS[task]
    expected = LAYOUTS.get(task, "xtreme") if CELLS[task] else "nothing found"
    assert source.layout(task) == expected


@pytest.mark.parametrize(("task", "language"), cells("xnli", "pawsx"))
def test_a_pair_for_each_line(task, language) -> None:
    pairs = list(open_source(str(FOLDER), TASKS).examples(task, language))
    rows = lines(FOLDER / task / f"test-{language}.tsv")
    assert len(pairs) == len(rows) == (1000 if task == "xnli" else 800)
    for index, (pair, row) in enumerate(zip(pairs, rows, strict=True)):
        assert isinstance(pair, PairExample)
        assert pair.id == str(index)
        assert pair.label == row.split("\t")[2]
        assert pair.text_a
        assert pair.text_b
        assert not {"\t", "\n"} & set(pair.text_a + pair.text_b)
        # Quotes inside are single again, and no text still stands in csv's own quotes (a French
        # one was quoted twice).
        assert not pair.text_a.startswith('"""') or row.startswith('"' * 7)
        assert pair.text_a.count('"') <= row.count('"')


@pytest.mark.parametrize(("task", "language"), cells("udpos"))
def test_sentences_hold_every_word_of_the_file(task, language) -> None:
    sentences = list(open_source(str(FOLDER), TASKS).examples(task, language))
    split = "dev" if language == "de" else "test"
    rows = [row for row in lines(FOLDER / task / f"{split}-{language}.tsv") if row]
    assert len(sentences) == UDPOS_COUNTS.get(language, 300)
    assert all(isinstance(sentence, TaggingExample) for sentence in sentences)
    tagged = [f"{w}\t{t}" for s in sentences for w, t in zip(s.words, s.tags, strict=True)]
    assert tagged == rows
    assert {tag for s in sentences for tag in s.tags} <= set(TASKS[task].labels)


@pytest.mark.parametrize(("task", "language"), cells("xquad", "tydiqa"))
def test_answers_stand_at_their_offsets(task, language) -> None:
    questions = list(open_source(str(FOLDER), TASKS).examples(task, language))
    expected = 366 if task == "xquad" else TYDIQA_COUNTS.get(language, 300)
    assert len(questions) == len({question.id for question in questions}) == expected
    for question in questions:
        assert isinstance(question, QuestionExample)
        assert question.question.strip()
        for text, start in zip(question.answers, question.answer_starts, strict=True):
            assert question.context[start : start + len(text)] == text


@pytest.mark.parametrize(("task", "language"), cells("tatoeba"))
def test_tatoeba_has_two_sides_of_equal_length(task, language) -> None:
    source = open_source(str(FOLDER), TASKS)
    sentences = list(source.examples(task, language))
    assert all(isinstance(s, SentenceExample) and s.text.strip() for s in sentences)
    texts = [s.text for s in sentences]
    assert texts == [row for path in source.files(task, language) for row in lines(path)]
    half = len(sentences) // 2
    ids = {s.id for s in sentences[half:]}
    assert {s.side for s in sentences[half:]} == {"target"}
    assert [s.gold for s in sentences[:half]] == [(f"en-{row}",) for row in range(half)]
    assert {s.gold[0] for s in sentences[:half]} == ids


@pytest.mark.parametrize(("task", "language"), cells("bucc2018"))
def test_bucc_has_its_pairs_in_both_splits(task, language) -> None:
    sentences = list(open_source(str(FOLDER), TASKS).examples(task, language))
    for split, size, pairs in (("test", 520, 250), ("dev", 120, 60)):
        own = [s for s in sentences if s.split == split]
        sources = [s for s in own if s.side == "source"]
        targets = {s.id for s in own if s.side == "target"}
        assert (len(sources), len(targets)) == (size, size)
        golds = [target for s in sources for target in s.gold]
        assert len(golds) == pairs
        assert set(golds) <= targets


@pytest.mark.parametrize(("task", "language"), cells("bucc2018"))
def test_a_limited_bucc_keeps_the_partner_of_each_source(task, language) -> None:
    sentences = list(open_source(str(FOLDER), TASKS).examples(task, language, limit=20))
    assert len(sentences) == 80
    targets = {(s.split, s.id) for s in sentences if s.side == "target"}
    golds = {(s.split, t) for s in sentences if s.side == "source" for t in s.gold}
    assert golds
    assert golds <= targets
