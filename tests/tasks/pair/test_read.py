from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.errors import MalformedInput
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.pair.example import PairExample
from xlbench.tasks.pair.read import read_pairs, split_row

XNLI, PAWSX = TASKS["xnli"], TASKS["pawsx"]


def test_labelled_rows_become_pairs_with_row_ids(write, stop) -> None:
    path = write("t.tsv", "a\tb\tneutral\nc\td\tentailment\n")
    assert list(read_pairs(path, XNLI, stop)) == [
        PairExample("0", "a", "b", "neutral"),
        PairExample("1", "c", "d", "entailment"),
    ]


@pytest.mark.parametrize("row", ["a\tb", "a\tb\t"])
def test_files_without_labels_give_none(write, stop, row) -> None:
    path = write("t.tsv", f"{row}\n{row}\n")
    assert [pair.label for pair in read_pairs(path, XNLI, stop)] == [None, None]


def test_contradictory_is_read_as_contradiction(write, stop) -> None:
    path = write("t.tsv", "a\tb\tcontradictory\n")
    assert next(read_pairs(path, XNLI, stop)).label == "contradiction"


def test_a_stray_quote_swallows_no_line(write, stop) -> None:
    path = write("t.tsv", 'He said "no\tb\t0\n"open\td\t1\ne\tclosed"\t0\n')
    assert [pair.text_a for pair in read_pairs(path, PAWSX, stop)] == ['He said "no', '"open', "e"]


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        ('"""Angel Eyes"" is a song."\tb\t0', ['"Angel Eyes" is a song.', "b", "0"]),
        ('"a ""b"" c"\t"d ""e"""\t1', ['a "b" c', 'd "e"', "1"]),
        ('"a"\t"b"\t"0"', ["a", "b", "0"]),
        ('"Fully quoted."\tb\t0', ['"Fully quoted."', "b", "0"]),
        ('"A" and "B"\tb\t0', ['"A" and "B"', "b", "0"]),
        ('"Hello\tthere"\tneutral', ['"Hello', 'there"', "neutral"]),
    ],
)
def test_quotes_are_removed_only_where_a_csv_writer_put_them(line, columns) -> None:
    assert split_row(line, None) == columns
    assert split_row(line, 3) == columns


texts = st.text(st.sampled_from("ab \"'„“"), max_size=12)


@given(texts, texts, st.sampled_from(["0", "1"]))
def test_what_csv_writes_is_read_back(first, second, label) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="").writerow([first, second, label])
    assert split_row(out.getvalue(), 3) == [first, second, label]


@given(texts, texts, st.sampled_from(["0", "1"]))
def test_a_line_never_loses_a_column(first, second, label) -> None:
    assert len(split_row(f"{first}\t{second}\t{label}", 3)) == 3


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("only one", "expected 3 columns .* found 1"),
        ("a\tb", "expected 3 columns .* found 2"),
        ("a\tb\tneutral\tx", "expected 3 columns .* found 4"),
        ("a\tb\tmaybe", "expected a label out of contradiction, .* found 'maybe'"),
        ("", "expected two sentences, found an empty line"),
    ],
)
def test_a_malformed_row_is_named_and_can_be_left_out(write, stop, skip, row, problem) -> None:
    path = write("t.tsv", f"a\tb\tneutral\n{row}\nc\td\tneutral\n")
    with pytest.raises(MalformedInput, match=rf"t\.tsv, row 2: {problem}"):
        list(read_pairs(path, XNLI, stop))
    assert [pair.id for pair in read_pairs(path, XNLI, skip)] == ["0", "2"]
    assert skip.counts == {str(path): 1}


def test_a_label_in_a_file_without_labels_is_malformed(write, stop) -> None:
    path = write("t.tsv", "a\tb\nc\td\tneutral\n")
    with pytest.raises(MalformedInput, match="row 2: expected 2 columns"):
        list(read_pairs(path, XNLI, stop))


def test_an_empty_last_line_does_no_harm(write, stop) -> None:
    assert len(list(read_pairs(write("t.tsv", "a\tb\t0\n\n"), PAWSX, stop))) == 1


def test_limit_stops_before_later_rows_are_read(write, stop) -> None:
    path = write("t.tsv", "a\tb\t0\nbroken\n")
    assert len(list(read_pairs(path, PAWSX, stop, limit=1))) == 1


def test_a_message_shows_a_long_label_in_short(write, stop) -> None:
    with pytest.raises(MalformedInput) as caught:
        list(read_pairs(write("t.tsv", f"a\tb\t{'x' * 100_000}\n"), XNLI, stop))
    assert len(str(caught.value)) < 600
