"""McNemar's exact test against values from the binomial distribution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.errors import UserError
from xlbench.metrics import combine
from xlbench.metrics.accuracy import accuracy
from xlbench.metrics.mcnemar import exact_p, mcnemar
from xlbench.metrics.measure import Measure


@pytest.mark.parametrize(
    ("only_a", "only_b", "expected"),
    [
        (0, 0, 1.0),
        (5, 5, 1.0),
        (0, 5, 2 / 32),
        (1, 7, 2 * 9 / 256),
        (10, 2, 2 * (1 + 12 + 66) / 4096),
    ],
)
def test_known_values(only_a, only_b, expected) -> None:
    assert exact_p(only_a, only_b) == expected


@given(st.integers(0, 400), st.integers(0, 400))
def test_a_probability_that_does_not_know_the_arms_apart(a, b) -> None:
    assert 0 < exact_p(a, b) == exact_p(b, a) <= 1


def test_thousands_of_disagreements_neither_overflow_nor_vanish() -> None:
    assert exact_p(5000, 5000) == 1.0
    assert 0 < exact_p(4600, 5400) < 1e-14


def test_only_disagreements_count() -> None:
    gold = [("1",)] * 6
    a = accuracy(list("abcdef"), gold, ["1", "1", "1", "0", "0", "1"])
    b = accuracy(list("abcdef"), gold, ["1", "0", "0", "1", "0", "0"])
    result = mcnemar(a, b)
    assert (result.only_a, result.only_b, result.p_value) == (3, 1, exact_p(3, 1))


def test_what_is_not_an_accuracy_is_refused() -> None:
    f1 = Measure("f1", ("a",), np.array([[0.5, 1.0]]), combine.mean)
    with pytest.raises(UserError, match="expected two accuracies"):
        mcnemar(f1, f1)
