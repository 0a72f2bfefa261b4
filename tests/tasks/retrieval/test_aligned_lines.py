from __future__ import annotations

import pytest

from xlbench.errors import MalformedInput
from xlbench.tasks.retrieval.aligned_lines import read_line_pairs
from xlbench.tasks.retrieval.example import SentenceExample


def test_aligned_lines_are_each_others_gold(write, stop) -> None:
    source, target = write("t.deu", "Ja.\nNein.\n"), write("t.eng", "Yes.\nNo.\n")
    assert list(read_line_pairs(source, target, "de", stop, aligned=True)) == [
        SentenceExample("de-0", "Ja.", "source", "test", ("en-0",)),
        SentenceExample("de-1", "Nein.", "source", "test", ("en-1",)),
        SentenceExample("en-0", "Yes.", "target", "test", None),
        SentenceExample("en-1", "No.", "target", "test", None),
    ]


def test_equal_lines_stay_different_sentences(write, stop) -> None:
    source, target = write("t.deu", "Ja.\nJa.\n"), write("t.eng", "Yes.\nYes.\n")
    ids = [s.id for s in read_line_pairs(source, target, "de", stop, aligned=True)]
    assert ids == ["de-0", "de-1", "en-0", "en-1"]


def test_files_whose_alignment_is_gone_have_no_gold(write, stop) -> None:
    source, target = write("de-en.de", "Ja.\nNein.\n"), write("de-en.en", "No.\nYes.\n")
    golds = {s.gold for s in read_line_pairs(source, target, "de", stop, aligned=False)}
    assert golds == {None}


@pytest.mark.parametrize("longer", ["t.deu", "t.eng"])
def test_unequal_line_counts_are_found_before_the_first_sentence(write, stop, skip, longer) -> None:
    paths = {name: write(name, "a\nb\n") for name in ("t.deu", "t.eng")}
    write(longer, "a\nb\nc\nd\n")
    with pytest.raises(MalformedInput, match=rf"{longer}, row 3: expected as many lines"):
        next(read_line_pairs(*paths.values(), "de", stop, aligned=True))
    kept = [s.id for s in read_line_pairs(*paths.values(), "de", skip, aligned=True)]
    assert kept == ["de-0", "de-1", "en-0", "en-1"]
    assert skip.counts == {str(paths[longer]): 2}


@pytest.mark.parametrize("line", [b"", b"  ", b"\xff"])
@pytest.mark.parametrize("side", ["t.deu", "t.eng"])
def test_a_malformed_line_takes_its_translation_with_it(write, stop, skip, line, side) -> None:
    paths = {name: write(name, "a\nb\nc\n") for name in ("t.deu", "t.eng")}
    write(side, b"a\n" + line + b"\nc\n")
    with pytest.raises(MalformedInput, match=f"{side}, row 2"):
        list(read_line_pairs(*paths.values(), "de", stop, aligned=True))
    kept = [s.id for s in read_line_pairs(*paths.values(), "de", skip, aligned=True)]
    assert kept == ["de-0", "de-2", "en-0", "en-2"]
    assert skip.counts == {str(paths[side]): 1}


@pytest.mark.parametrize("aligned", [True, False])
def test_limit_takes_the_first_lines_of_both_sides(write, stop, aligned) -> None:
    source, target = write("t.deu", "a\nb\nc\n"), write("t.eng", "a\nb\nc\n")
    found = read_line_pairs(source, target, "de", stop, aligned=aligned, limit=2)
    assert [s.id for s in found] == ["de-0", "de-1", "en-0", "en-1"]
