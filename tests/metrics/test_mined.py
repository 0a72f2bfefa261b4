"""The threshold is chosen on one set of mined pairs and applied to another."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.metrics.mined import Mined, best_threshold, mined_measures


def pair(number: int, score: float | None, right: bool, gold: bool = True) -> Mined:
    target = "" if score is None else (f"en-{number}" if right else "en-none")
    return Mined(f"de-{number}", target, score, (f"en-{number}",) if gold else ())


def test_the_threshold_lies_between_the_last_pair_taken_and_the_next() -> None:
    mined = [pair(1, 1.4, True), pair(2, 1.3, True), pair(3, 1.1, False, gold=False)]
    assert best_threshold(mined) == (1.3 + 1.1) / 2


def test_the_first_of_equally_good_thresholds_is_kept() -> None:
    # F1 is 1 after the first pair and never again
    mined = [pair(1, 1.4, True), pair(2, 1.2, False, gold=False), pair(3, 1.0, False, gold=False)]
    assert best_threshold(mined) == (1.4 + 1.2) / 2


def test_pairs_tied_at_the_threshold_are_all_taken() -> None:
    # the best F1 is after the first of the two at 1.2, so the threshold is 1.2 itself
    dev = [pair(1, 1.2, True), pair(2, 1.2, False, gold=False), pair(3, 0.9, False, gold=False)]
    threshold = best_threshold(dev)
    assert threshold == 1.2
    f1, precision, recall = mined_measures(dev, threshold)
    assert f1.statistics.tolist() == [[1, 1, 1], [0, 1, 0], [0, 0, 0]]
    assert (precision.value, recall.value) == (50.0, 100.0)
    assert f1.value == pytest.approx(200 / 3)


def test_where_taking_all_is_best_the_last_score_is_the_threshold() -> None:
    assert best_threshold([pair(1, 1.4, True), pair(2, 1.2, True)]) == 1.2


def test_without_a_correct_pair_the_threshold_is_zero() -> None:
    assert best_threshold([pair(1, 1.4, False), pair(2, None, False)]) == 0.0
    assert best_threshold([]) == 0.0


def test_a_sentence_that_was_not_mined_lowers_recall_only() -> None:
    f1, precision, recall = mined_measures([pair(1, 1.4, True), pair(2, None, False)], 0.0)
    assert f1.statistics.tolist() == [[1, 1, 1], [0, 0, 1]]
    assert (precision.value, recall.value) == (100.0, 50.0)


def test_a_sentence_with_two_translations_can_get_one() -> None:
    f1, _, recall = mined_measures([Mined("de-1", "en-2", 1.0, ("en-1", "en-2"))], 1.0)
    assert f1.statistics.tolist() == [[1, 1, 2]]
    assert recall.value == 50.0


CASES = st.lists(
    st.tuples(st.sampled_from([None, 0.9, 1.0, 1.1, 1.2]), st.booleans(), st.booleans()),
    min_size=1,
    max_size=12,
).map(lambda rows: [pair(i, *row) for i, row in enumerate(rows)])


@given(CASES)
def test_no_other_threshold_is_better_where_scores_differ(mined) -> None:
    scores = [p.score for p in mined if p.score is not None]
    best = mined_measures(mined, best_threshold(mined))[0].value
    if len(set(scores)) == len(scores):
        assert all(mined_measures(mined, s)[0].value <= best + 1e-9 for s in scores)


@given(CASES, st.floats(0.5, 1.5), st.randoms())
def test_the_order_of_sentences_does_not_matter(mined, threshold, shuffle: random.Random) -> None:
    before = [m.value for m in mined_measures(mined, threshold)]
    shuffle.shuffle(mined)
    assert [m.value for m in mined_measures(mined, threshold)] == before
    assert all(0 <= value <= 100 for value in before)
