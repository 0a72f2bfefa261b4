"""Chunk F1 and token accuracy over sentences."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.metrics.tagging import chunk_measures, token_accuracy
from xlbench.tasks.catalogue import TASKS


def measures(gold, predicted):
    return chunk_measures([str(i) for i in range(len(gold))], gold, predicted)


def sentences(tags):
    pair = st.tuples(st.sampled_from(tags), st.sampled_from(tags))
    return st.lists(st.lists(pair, min_size=1, max_size=8), min_size=1, max_size=8)


def split(pairs):
    return [[g for g, _ in s] for s in pairs], [[p for _, p in s] for s in pairs]


def test_udpos_by_hand() -> None:
    # gold chunks DET, NOUN (1-2), VERB, PUNCT; predicted DET, NOUN (1), ADJ (2), VERB, PUNCT
    gold = [["DET", "NOUN", "NOUN", "VERB", "PUNCT"]]
    predicted = [["DET", "NOUN", "ADJ", "VERB", "PUNCT"]]
    f1, precision, recall = measures(gold, predicted)
    assert f1.statistics.tolist() == [[3, 5, 4]]
    assert (precision.value, recall.value) == (60.0, 75.0)
    assert f1.value == pytest.approx(200 / 3)
    assert token_accuracy(["0"], gold, predicted).value == 80.0


def test_a_chunk_does_not_reach_into_the_next_sentence() -> None:
    f1, _, _ = measures([["NOUN"], ["NOUN"]], [["NOUN"], ["NOUN"]])
    assert f1.statistics.tolist() == [[1, 1, 1], [1, 1, 1]]


def test_labels_that_only_one_side_has_count_on_that_side_only() -> None:
    f1, _, _ = measures([["B-PER", "O"]], [["B-MISC", "B-MISC"]])
    assert f1.statistics.tolist() == [[0, 2, 1]]
    assert f1.value == 0.0


def test_no_entity_anywhere_is_zero_and_not_undefined() -> None:
    assert [m.value for m in measures([["O", "O"]], [["O", "O"]])] == [0.0, 0.0, 0.0]


@given(sentences(TASKS["panx"].labels))
def test_panx_equals_seqeval(pairs) -> None:
    metrics = pytest.importorskip("seqeval.metrics")
    gold, predicted = split(pairs)
    f1, precision, recall = (m.value for m in measures(gold, predicted))
    options = {"zero_division": 0}
    assert f1 == pytest.approx(metrics.f1_score(gold, predicted, **options) * 100)
    assert precision == pytest.approx(metrics.precision_score(gold, predicted, **options) * 100)
    assert recall == pytest.approx(metrics.recall_score(gold, predicted, **options) * 100)


@given(sentences(TASKS["udpos"].labels), st.randoms())
def test_the_order_of_sentences_does_not_matter(pairs, shuffle: random.Random) -> None:
    before = [m.value for m in measures(*split(pairs))]
    shuffle.shuffle(pairs)
    assert [m.value for m in measures(*split(pairs))] == before


@given(sentences(TASKS["udpos"].labels))
def test_f1_is_a_percentage_and_100_for_the_gold_tags(pairs) -> None:
    gold, predicted = split(pairs)
    assert all(0 <= m.value <= 100 for m in measures(gold, predicted))
    assert [m.value for m in measures(gold, gold)] == [100.0, 100.0, 100.0]
