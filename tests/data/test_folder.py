from __future__ import annotations

import json

import pytest

from xlbench.data.folder import FolderSource
from xlbench.errors import MalformedInput, UserError
from xlbench.tasks.catalogue import TASKS

SQUAD = json.dumps(
    {
        "data": [
            {
                "paragraphs": [
                    {
                        "context": "c d",
                        "qas": [
                            {
                                "id": "1",
                                "question": "q",
                                "answers": [{"text": "d", "answer_start": 2}],
                            }
                        ],
                    }
                ]
            }
        ]
    }
)
LABELLED = {
    "xnli/test-de.tsv": "a\tb\tneutral\n",
    "pawsx/test-de.tsv": "a\tb\t0\n",
    "udpos/test-de.tsv": "a\tX\n",
    "panx/test-de.tsv": "a\tO\n",
    "xquad/xquad.de.json": SQUAD,
    "mlqa/MLQA_V1/test/test-context-de-question-de.json": SQUAD,
    "tydiqa/tydiqa-goldp-v1.1-dev/tydiqa.ru.dev.json": SQUAD,
    "tatoeba/tatoeba.cmn-eng.cmn": "a\n",
    "tatoeba/tatoeba.cmn-eng.eng": "b\n",
    "bucc2018/de-en.test.de": "de-1\ta\n",
    "bucc2018/de-en.test.en": "en-1\tb\n",
    "bucc2018/de-en.test.gold": "de-1\ten-1\n",
}
NO_ANSWERS = SQUAD.replace('"d"', '""').replace('"answer_start": 2', '"answer_start": 0')
STRIPPED = {
    "xnli/test-de.tsv": "a\tb\n",
    "pawsx/test-de.tsv": "a\tb\n",
    "udpos/test-de.tsv": "a\n",
    "panx/test-de.tsv": "a\n",
    "xquad/xquad.de.json": NO_ANSWERS,
    "tatoeba/zh-en.zh": "a\n",
    "tatoeba/zh-en.en": "b\n",
    "bucc2018/de-en.test.de": "de-1\ta\n",
    "bucc2018/de-en.test.en": "en-1\tb\n",
}
CELLS = dict.fromkeys(("xnli", "pawsx", "udpos", "panx", "xquad", "mlqa", "bucc2018"), "de")
CELLS |= {"tydiqa": "ru", "tatoeba": "zh"}


@pytest.mark.parametrize(("task", "language"), CELLS.items())
def test_each_task_is_found_at_its_official_place(write, tmp_path, task, language) -> None:
    for name, content in LABELLED.items():
        write(name, content)
    source = FolderSource(tmp_path, TASKS)
    assert source.languages(task) == (language,)
    assert len(list(source.examples(task, language))) == (
        2 if task in ("tatoeba", "bucc2018") else 1
    )
    assert source.layout(task) == ("LASER aligned" if task == "tatoeba" else "xtreme")
    assert all(path.is_file() for path in source.files(task, language))


@pytest.mark.parametrize("task", ["xnli", "pawsx", "udpos", "panx", "xquad", "bucc2018", "tatoeba"])
def test_stripped_labels_are_said_in_the_layout(write, tmp_path, task) -> None:
    for name, content in STRIPPED.items():
        write(name, content)
    source = FolderSource(tmp_path, TASKS)
    assert source.layout(task) == "xtreme without labels"
    assert list(source.examples(task, CELLS[task]))


def test_a_dev_file_stands_in_and_is_said(write, tmp_path) -> None:
    write("udpos/dev-de.tsv", "a\tX\n")
    write("udpos/test-en.tsv", "a\tX\n")
    write("udpos/dev-en.tsv", "b\tX\n\nc\tX\n")
    source = FolderSource(tmp_path, TASKS)
    assert source.layout("udpos") == "xtreme; dev split: de"
    assert [e.words for e in source.examples("udpos", "en")] == [("a",)]


def test_aligned_tatoeba_is_preferred_to_sorted(write, tmp_path) -> None:
    for name, content in (LABELLED | STRIPPED).items():
        write(name, content)
    assert next(FolderSource(tmp_path, TASKS).examples("tatoeba", "zh")).gold == ("en-0",)


def test_bucc_streams_test_then_dev(write, tmp_path) -> None:
    for name, content in LABELLED.items():
        write(name, content)
    write("bucc2018/de-en.dev.de", "de-1\ta\n")
    write("bucc2018/de-en.dev.en", "en-1\tb\n")
    found = [(e.split, e.side) for e in FolderSource(tmp_path, TASKS).examples("bucc2018", "de")]
    sides = ("source", "target")
    assert found == [(split, side) for split in ("test", "dev") for side in sides]


def test_an_absent_language_is_answered_with_those_there(write, tmp_path) -> None:
    write("xnli/test-de.tsv", "a\tb\tneutral\n")
    write("xnli/test-en.tsv", "a\tb\tneutral\n")
    with pytest.raises(UserError, match=r"no XNLI data for language 'fr'.*There is: de en\."):
        FolderSource(tmp_path, TASKS).examples("xnli", "fr")


def test_an_unknown_task_is_answered_with_those_there(tmp_path) -> None:
    with pytest.raises(UserError, match=r"xnlj.*Choose from: xnli"):
        FolderSource(tmp_path, TASKS).languages("xnlj")


@pytest.mark.parametrize("missing", ["tatoeba.cmn-eng.eng"])
def test_a_missing_side_is_named(write, tmp_path, missing) -> None:
    write("tatoeba/tatoeba.cmn-eng.cmn", "a\n")
    with pytest.raises(UserError, match=f"{missing} is missing"):
        FolderSource(tmp_path, TASKS).examples("tatoeba", "zh")


def test_a_missing_side_of_buccs_dev_is_named(write, tmp_path) -> None:
    for name, content in LABELLED.items():
        write(name, content)
    write("bucc2018/de-en.dev.de", "de-1\ta\n")
    source = FolderSource(tmp_path, TASKS)
    with pytest.raises(UserError, match=r"de-en\.dev\.en is missing"):
        source.examples("bucc2018", "de")
    assert source.layout("bucc2018") == "xtreme"


def test_an_empty_file_is_named_and_does_not_break_the_layout(write, tmp_path) -> None:
    write("xnli/test-de.tsv", "")
    source = FolderSource(tmp_path, TASKS)
    assert source.layout("xnli") == "xtreme"
    with pytest.raises(UserError, match=r"test-de\.tsv is empty"):
        source.examples("xnli", "de")


def test_a_file_of_which_nothing_can_be_used_is_an_error(write, tmp_path) -> None:
    write("xnli/test-de.tsv", "broken\n")
    source = FolderSource(tmp_path, TASKS, skip_malformed=True)
    with pytest.raises(UserError, match=r"test-de\.tsv holds no usable example"):
        list(source.examples("xnli", "de"))


def test_skipped_rows_are_counted_by_file(write, tmp_path) -> None:
    path = write("xnli/test-de.tsv", "a\tb\tneutral\nbroken\n")
    source = FolderSource(tmp_path, TASKS, skip_malformed=True)
    assert len(list(source.examples("xnli", "de"))) == 1
    assert source.skipped == {str(path): 1}
    with pytest.raises(MalformedInput, match="row 2"):
        list(FolderSource(tmp_path, TASKS).examples("xnli", "de"))


def test_the_development_sets_are_read_where_they_are_asked_for(write, tmp_path) -> None:
    for name, content in (LABELLED | STRIPPED).items():
        write(name, content)
    write("udpos/dev-de.tsv", "b\tX\n\nc\tX\n")
    write("udpos/dev-en.tsv", "b\tX\n")
    write("mlqa/MLQA_V1/dev/dev-context-de-question-de.json", SQUAD)
    source = FolderSource(tmp_path, TASKS, split="dev")
    assert source.languages("udpos") == ("de", "en")
    assert [e.words for e in source.examples("udpos", "de")] == [("b",), ("c",)]
    assert source.layout("udpos") == "xtreme, dev split"
    assert source.languages("mlqa") == ("de",)
    # XTREME evaluates what there is of these: there is no other split.
    for task in ("xnli", "xquad", "tydiqa", "tatoeba"):
        assert source.languages(task) == ()


def test_bucc_with_a_development_set_alone_is_measured_on_it_and_says_so(write, tmp_path) -> None:
    write("bucc2018/zh-en.dev.zh", "zh-1\ta\n")
    write("bucc2018/zh-en.dev.en", "en-1\tb\n")
    write("bucc2018/zh-en.dev.gold", "zh-1\ten-1\n")
    for split in ("test", "dev"):
        source = FolderSource(tmp_path, TASKS, split=split)
        assert source.layout("bucc2018") == "xtreme, dev split and threshold chosen on it"
        found = [(e.split, e.gold) for e in source.examples("bucc2018", "zh")]
        assert found == [("dev", ("en-1",)), ("dev", None)]
