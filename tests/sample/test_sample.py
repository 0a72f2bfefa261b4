"""Every example of the embedded sample: complete, well-formed, in the right script."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest

from xlbench.data.open import open_source
from xlbench.examples import Example
from xlbench.languages import LANGUAGES
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.pair.example import PairExample
from xlbench.tasks.question.example import QuestionExample
from xlbench.tasks.retrieval.example import SentenceExample
from xlbench.tasks.tagging.example import TaggingExample

SOURCE = open_source("sample", TASKS)
SCRIPT_NAMES = {
    "Arab": ("ARABIC",),
    "Beng": ("BENGALI",),
    "Cyrl": ("CYRILLIC",),
    "Deva": ("DEVANAGARI",),
    "Geor": ("GEORGIAN",),
    "Grek": ("GREEK",),
    "Hang": ("HANGUL",),
    "Hani": ("CJK UNIFIED", "CJK COMPATIBILITY", "IDEOGRAPHIC"),
    "Hebr": ("HEBREW",),
    "Hira": ("HIRAGANA",),
    "Kana": ("KATAKANA",),
    "Latn": ("LATIN",),
    "Mlym": ("MALAYALAM",),
    "Mymr": ("MYANMAR",),
    "Taml": ("TAMIL",),
    "Telu": ("TELUGU",),
    "Thai": ("THAI",),
}
"""How the Unicode names of a script's letters begin, by ISO 15924 code."""


def cells(*tasks: str) -> list[tuple[str, str]]:
    return [(task, language) for task in tasks for language in TASKS[task].languages]


ALL = cells(*TASKS)
TRANSLATED = [cell for cell in cells("xnli", "pawsx", "tatoeba") if cell[1] != "en"]


@lru_cache
def read(task: str, language: str) -> tuple[Example, ...]:
    return tuple(SOURCE.examples(task, language))


def native_texts(example: Example) -> list[str]:
    """Return the texts of the example that are written in the language of its cell."""
    match example:
        case PairExample():
            return [example.text_a, example.text_b]
        case TaggingExample():
            return list(example.words)
        case QuestionExample():
            return [example.question, example.context]
        case SentenceExample():
            return [example.text] if example.side == "source" else []


def all_texts(example: Example) -> list[str]:
    match example:
        case SentenceExample():
            return [example.text]
        case QuestionExample():
            return [*native_texts(example), *(example.answers or ())]
        case _:
            return native_texts(example)


def test_the_sample_has_all_162_cells() -> None:
    found = [(task, language) for task in TASKS for language in SOURCE.languages(task)]
    assert sorted(set(ALL) - set(found)) == []
    assert len(found) == len(ALL) == 162


@pytest.mark.parametrize("task", TASKS)
def test_every_layout_is_official_and_labelled(task) -> None:
    assert SOURCE.layout(task) == ("LASER aligned" if task == "tatoeba" else "xtreme")


def test_every_file_belongs_to_a_cell() -> None:
    root = Path(SOURCE.root)
    used = {
        path for cell in ALL if cell[1] in SOURCE.languages(cell[0]) for path in SOURCE.files(*cell)
    }
    data = {path for path in root.rglob("*") if path.suffix not in (".md", ".py", ".pyc")}
    assert sorted(str(path) for path in data - used if path.is_file()) == []


@pytest.mark.parametrize(("task", "language"), ALL)
def test_a_cell_has_at_least_six_examples(task, language) -> None:
    examples = read(task, language)
    if TASKS[task].kind.name == "retrieval":
        examples = tuple(e for e in examples if e.side == "source" and e.split == "test")
    assert len(examples) >= 6


@pytest.mark.parametrize(("task", "language"), ALL)
def test_files_are_plain_utf8_with_unix_line_ends(task, language) -> None:
    for path in SOURCE.files(task, language):
        raw = path.read_bytes()
        assert not raw.startswith(b"\xef\xbb\xbf"), path
        assert b"\r" not in raw, path
        assert raw.endswith(b"\n"), path


@pytest.mark.parametrize(("task", "language"), ALL)
def test_texts_are_normalised_and_cleanly_spaced(task, language) -> None:
    for example in read(task, language):
        for text in all_texts(example):
            assert text, example.id
            assert text == unicodedata.normalize("NFC", text), text
            assert text == text.strip(), text
            assert "  " not in text, text
            assert not {"Cc", "Co", "Cn"} & {unicodedata.category(c) for c in text}, text
            assert "\ufffd" not in text, text


@pytest.mark.parametrize(("task", "language"), ALL)
def test_nine_letters_in_ten_are_of_the_languages_scripts(task, language) -> None:
    texts = [text for example in read(task, language) for text in native_texts(example)]
    letters = [c for c in "".join(texts) if unicodedata.category(c).startswith("L")]
    prefixes = tuple(p for s in LANGUAGES[language].scripts for p in SCRIPT_NAMES[s])
    own = [c for c in letters if unicodedata.name(c, "").startswith(prefixes)]
    assert letters
    assert len(own) >= 0.9 * len(letters)


@pytest.mark.parametrize(("task", "language"), TRANSLATED)
def test_no_sentence_was_left_in_english(task, language) -> None:
    english = read(task, "en") if task != "tatoeba" else read(task, language)
    originals = {
        text
        for e in english
        for text in all_texts(e)
        if not (isinstance(e, SentenceExample) and e.side == "source")
    }
    own = {text for e in read(task, language) for text in native_texts(e)}
    assert not own & originals


@pytest.mark.parametrize(("task", "language"), cells("xnli"))
def test_xnli_has_each_label_twice_and_no_quotes(task, language) -> None:
    pairs = read(task, language)
    assert Counter(p.label for p in pairs) == dict.fromkeys(TASKS[task].labels, 2)
    assert not any('"' in text for p in pairs for text in native_texts(p))


@pytest.mark.parametrize(("task", "language"), cells("pawsx"))
def test_pawsx_has_each_class_three_times_and_two_different_sentences(task, language) -> None:
    pairs = read(task, language)
    assert Counter(p.label for p in pairs) == {"0": 3, "1": 3}
    assert all(p.text_a != p.text_b for p in pairs)


@pytest.mark.parametrize("task", ["xnli", "pawsx"])
def test_labels_stand_in_the_same_order_in_all_languages(task) -> None:
    orders = {tuple(p.label for p in read(task, lg)) for lg in SOURCE.languages(task)}
    assert len(orders) == 1


@pytest.mark.parametrize(("task", "language"), cells("udpos", "panx"))
def test_each_word_has_a_tag_of_the_set(task, language) -> None:
    for sentence in read(task, language):
        assert len(sentence.words) == len(sentence.tags)
        assert set(sentence.tags) <= set(TASKS[task].labels)


@pytest.mark.parametrize(("task", "language"), cells("panx"))
def test_entities_begin_with_b_and_each_type_occurs(task, language) -> None:
    for sentence in read(task, language):
        for before, tag in zip(("O", *sentence.tags), sentence.tags, strict=False):
            if tag.startswith("I-"):
                assert before[2:] == tag[2:], (sentence.id, before, tag)
    found = {tag for sentence in read(task, language) for tag in sentence.tags}
    assert found >= {"B-PER", "B-ORG", "B-LOC", "O"}


@pytest.mark.parametrize(("task", "language"), cells("xquad", "mlqa", "tydiqa"))
def test_answers_are_found_at_their_offsets(task, language) -> None:
    for question in read(task, language):
        assert question.answers, question.id
        for text, start in zip(question.answers, question.answer_starts, strict=True):
            assert question.context[start : start + len(text)] == text, question.id
            assert len(text) < len(question.context) / 3, question.id


@pytest.mark.parametrize("task", ["xquad", "mlqa", "tydiqa"])
def test_question_ids_are_the_same_in_all_languages(task) -> None:
    ids = {lg: tuple(q.id.split("-")[1] for q in read(task, lg)) for lg in SOURCE.languages(task)}
    assert len(set(ids.values())) == 1, ids
    for language in SOURCE.languages(task):
        prefix = LANGUAGES[language].name.lower() if task == "tydiqa" else task
        assert {q.id.split("-")[0] for q in read(task, language)} == {prefix}, language


@pytest.mark.parametrize(("task", "language"), cells("xquad", "mlqa", "tydiqa"))
def test_every_article_has_a_title(task, language) -> None:
    (path,) = SOURCE.files(task, language)
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    assert all(article["title"].strip() for article in articles)


@pytest.mark.parametrize(("task", "language"), cells("tatoeba"))
def test_tatoeba_is_aligned_line_by_line(task, language) -> None:
    counts = [path.read_text(encoding="utf-8").count("\n") for path in SOURCE.files(task, language)]
    assert counts[0] == counts[1] == len(read(task, language)) / 2


def test_tatoebas_english_side_is_the_same_in_all_languages() -> None:
    sides = {
        tuple(s.text for s in read("tatoeba", lg) if s.side == "target"): lg
        for lg in SOURCE.languages("tatoeba")
    }
    assert len(sides) == 1, sides.values()


@pytest.mark.parametrize(("task", "language"), cells("bucc2018"))
@pytest.mark.parametrize("split", ["test", "dev"])
def test_bucc_has_pairs_and_distractors_on_both_sides(task, language, split) -> None:
    own = [s for s in read(task, language) if s.split == split]
    sources = [s for s in own if s.side == "source"]
    targets = [s.id for s in own if s.side == "target"]
    golds = [gold for s in sources for gold in s.gold]
    assert len({s.id for s in sources}) == len(sources)
    assert len(set(targets)) == len(targets)
    assert set(golds) <= set(targets)
    assert len(golds) == len(set(golds)) >= 6
    assert len(golds) < min(len(sources), len(targets))
    assert [s.id for s in sources if s.gold] != [f"{language}{g[2:]}" for g in golds]
