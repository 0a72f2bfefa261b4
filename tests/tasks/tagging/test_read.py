from __future__ import annotations

import pytest

from xlbench.errors import MalformedInput
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.tagging.example import TaggingExample
from xlbench.tasks.tagging.read import read_tagging

UDPOS, PANX = TASKS["udpos"], TASKS["panx"]


def test_sentences_end_at_blank_lines_however_many(write, stop) -> None:
    path = write("t.tsv", "\nWater\tNOUN\nboils\tVERB\n\n \n\nNo\tINTJ")
    assert list(read_tagging(path, UDPOS, stop)) == [
        TaggingExample("0", ("Water", "boils"), ("NOUN", "VERB")),
        TaggingExample("1", ("No",), ("INTJ",)),
    ]


@pytest.mark.parametrize("end", ["", "\t"])
def test_words_without_tags_give_none(write, stop, end) -> None:
    path = write("t.tsv", f"Water{end}\nboils{end}\n\n")
    assert list(read_tagging(path, UDPOS, stop)) == [TaggingExample("0", ("Water", "boils"), None)]


def test_lines_tagged_with_an_underscore_are_no_words(write, stop) -> None:
    path = write("t.tsv", "im\t_\nin\tADP\ndem\tDET\n\nzum\t_\n\n_\tSYM\n")
    sentences = list(read_tagging(path, UDPOS, stop))
    assert [(s.id, s.words) for s in sentences] == [("0", ("in", "dem")), ("2", ("_",))]


def test_a_word_may_hold_a_space(write, stop) -> None:
    path = write("t.tsv", "ông già\tNOUN\n")
    assert next(read_tagging(path, UDPOS, stop)).words == ("ông già",)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("word", "expected 2 columns .* found 1"),
        ("word\tB-LOC\tx", "expected 2 columns .* found 3"),
        ("word\tB-MISC", "expected a tag out of .* found 'B-MISC'"),
        ("\tO", "expected a word"),
    ],
)
def test_a_malformed_line_takes_its_sentence_with_it(write, stop, skip, line, problem) -> None:
    path = write("t.tsv", f"a\tO\n\nb\tO\n{line}\nc\tO\n\nd\tB-PER\n")
    with pytest.raises(MalformedInput, match=rf"t\.tsv, row 4: {problem}"):
        list(read_tagging(path, PANX, stop))
    assert [(s.id, s.words) for s in read_tagging(path, PANX, skip)] == [
        ("0", ("a",)),
        ("2", ("d",)),
    ]
    assert skip.counts == {str(path): 1}


def test_a_tag_in_a_file_without_tags_is_malformed(write, stop) -> None:
    path = write("t.tsv", "a\n\nb\tO\n")
    with pytest.raises(MalformedInput, match="row 3: expected 1 column"):
        list(read_tagging(path, PANX, stop))


def test_limit_counts_sentences(write, stop) -> None:
    path = write("t.tsv", "a\tO\nb\tO\n\nc\tO\n\nd\tO\n")
    assert [s.id for s in read_tagging(path, PANX, stop, limit=2)] == ["0", "1"]


@pytest.mark.parametrize("policy", ["stop", "skip"])
def test_blanks_for_tabs_are_not_read_as_words(write, request, policy) -> None:
    path = write("t.tsv", "Anna B-PER\nlacht  O\n\nBerlin B-LOC\n")
    with pytest.raises(MalformedInput, match=r"row 1: expected a tab between word and tag"):
        list(read_tagging(path, PANX, request.getfixturevalue(policy)))


@pytest.mark.parametrize("policy", ["stop", "skip"])
@pytest.mark.parametrize("end", ["", "\tO"])
def test_wikianns_own_prefixes_are_not_read_as_words(write, request, policy, end) -> None:
    path = write("t.tsv", f"fr:Le{end}\nfr:chat{end}\n\nfr:Oui{end}\n")
    with pytest.raises(MalformedInput, match=r"row 1: expected words, found 'fr:' in front of"):
        list(read_tagging(path, PANX, request.getfixturevalue(policy), language="fr"))
    assert len(list(read_tagging(path, PANX, request.getfixturevalue(policy), language="de"))) == 2


def test_a_word_that_begins_like_a_prefix_is_a_word(write, stop) -> None:
    path = write("t.tsv", "de:facto\tO\nja\tO\n\nde:\tO\n")
    assert len(list(read_tagging(path, PANX, stop, language="de"))) == 2
