"""F1 and exact match, the best over the accepted answers."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.metrics import normalise
from xlbench.metrics.question import question_measures, token_f1

WORDS = st.lists(st.sampled_from(["cat", "dog", "the", "Dog,", "a", "bird", "x"]), max_size=6).map(
    " ".join
)
CASES = st.lists(st.tuples(st.lists(WORDS, min_size=1, max_size=3), WORDS), min_size=1, max_size=10)


def measures(cases, how=normalise.squad):
    return question_measures(
        [str(i) for i in range(len(cases))], [g for g, _ in cases], [p for _, p in cases], how
    )


def test_words_count_as_often_as_both_have_them() -> None:
    assert token_f1("x x y", "x y y z") == pytest.approx(2 * (2 / 3) * (2 / 4) / (2 / 3 + 2 / 4))


def test_the_best_of_several_answers_counts_for_each_metric_by_itself() -> None:
    f1, exact = measures([(["in the old town of Bern", "Bern"], "the Bern")])
    assert (f1.value, exact.value) == (100.0, 100.0)
    f1, exact = measures([(["old Bern", "Zurich"], "Bern")])
    assert f1.value == pytest.approx(200 / 3)
    assert exact.value == 0.0


def test_an_empty_answer_matches_what_is_nothing_but_articles_and_shares_no_word() -> None:
    f1, exact = measures([(["the"], ""), (["Bern"], "")])
    assert f1.statistics.tolist() == [[0, 1], [0, 1]]
    assert exact.statistics.tolist() == [[1, 1], [0, 1]]


def test_full_width_punctuation_parts_squad_from_mlqa() -> None:
    case = [(["北京"], "北京。")]
    assert measures(case)[1].value == 0.0
    assert measures(case, normalise.mlqa("zh"))[1].value == 100.0


def test_chinese_characters_are_words_for_mlqa_and_not_for_squad() -> None:
    case = [(["ABC公司"], "ABC公")]
    assert measures(case)[0].value == 0.0
    assert measures(case, normalise.mlqa("zh"))[0].value == pytest.approx(80.0)


@given(CASES, st.randoms())
def test_the_order_of_questions_does_not_matter(cases, shuffle: random.Random) -> None:
    before = [m.value for m in measures(cases)]
    shuffle.shuffle(cases)
    assert [m.value for m in measures(cases)] == pytest.approx(before)


@given(CASES)
def test_an_exact_match_of_words_has_f1_100_and_f1_is_never_less_than_exact(cases) -> None:
    f1, exact = measures(cases)
    for i, (_, guess) in enumerate(cases):
        assert 0 <= f1.statistics[i, 0] <= 1
        if normalise.squad(guess):
            assert f1.statistics[i, 0] >= exact.statistics[i, 0]
