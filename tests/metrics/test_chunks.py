"""Chunks as seqeval 0.0.12 finds them; expected sets are worked out by hand from its rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.metrics.chunks import chunks
from xlbench.tasks.catalogue import TASKS


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("DET NOUN NOUN VERB", {("DET", 0, 0), ("NOUN", 1, 2), ("VERB", 3, 3)}),
        ("INTJ INTJ", {("INTJ", 0, 1)}),
        ("SCONJ SCONJ", {("SCONJ", 0, 0), ("SCONJ", 1, 1)}),
        ("SYM SYM NUM", {("SYM", 0, 0), ("SYM", 1, 1), ("NUM", 2, 2)}),
        ("CCONJ SCONJ CCONJ", {("CCONJ", 0, 0), ("SCONJ", 1, 1), ("CCONJ", 2, 2)}),
        ("ADJ ADP ADV AUX", {("ADJ", 0, 0), ("ADP", 1, 1), ("ADV", 2, 2), ("AUX", 3, 3)}),
        ("X", {("X", 0, 0)}),
    ],
)
def test_bare_tags_make_chunks_of_equal_neighbours_but_for_a_leading_s(tags, expected) -> None:
    assert chunks(tags.split()) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("O I-PER I-PER O", {("PER", 1, 2)}),
        ("I-PER", {("PER", 0, 0)}),
        ("B-PER I-LOC", {("PER", 0, 0), ("LOC", 1, 1)}),
        ("I-PER I-LOC I-LOC", {("PER", 0, 0), ("LOC", 1, 2)}),
        ("B-PER B-PER", {("PER", 0, 0), ("PER", 1, 1)}),
        ("I-PER B-PER I-PER", {("PER", 0, 0), ("PER", 1, 2)}),
        ("B-ORG I-ORG I-ORG", {("ORG", 0, 2)}),
        ("O O", set()),
        ("", set()),
    ],
)
def test_an_inside_tag_that_nothing_opened_begins_a_chunk(tags, expected) -> None:
    assert chunks(tags.split()) == expected


@given(st.lists(st.sampled_from(TASKS["panx"].labels), max_size=30))
def test_every_entity_tag_is_in_exactly_one_chunk(tags) -> None:
    covered = sorted(i for _, first, last in chunks(tags) for i in range(first, last + 1))
    assert covered == [i for i, tag in enumerate(tags) if tag != "O"]


@given(st.lists(st.sampled_from(TASKS["udpos"].labels), max_size=30))
def test_every_upos_tag_is_in_exactly_one_chunk(tags) -> None:
    covered = sorted(i for _, first, last in chunks(tags) for i in range(first, last + 1))
    assert covered == list(range(len(tags)))
