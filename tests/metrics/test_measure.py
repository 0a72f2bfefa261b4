"""A measure is its rows; its value adds them in the order of the official scripts."""

import numpy as np
import pytest

from xlbench.metrics import combine
from xlbench.metrics.measure import Measure


def test_rows_are_added_one_after_the_other() -> None:
    rows = np.array([[0.1, 1.0], [0.2, 1.0], [0.3, 1.0]] * 50)
    total = 0.0
    for score, _ in rows:
        total += score
    measure = Measure("f1", tuple(map(str, range(150))), rows, combine.mean)
    assert measure.value == 100.0 * total / 150


def test_rows_without_an_id_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected statistics of shape \(1, k\)"):
        Measure("f1", ("a",), np.ones((2, 2)), combine.mean)


def test_no_examples_have_no_value() -> None:
    with pytest.raises(ValueError, match="no examples"):
        Measure("f1", (), np.ones((0, 2)), combine.mean)
