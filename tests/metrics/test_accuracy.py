"""Accuracy."""

from xlbench.metrics.accuracy import accuracy


def test_a_prediction_counts_if_any_accepted_one_equals_it() -> None:
    measure = accuracy(
        ["1", "2", "3"], [("neutral",), ("en-1", "en-2"), ("0",)], ["neutral", "en-2", "1"]
    )
    assert measure.statistics.tolist() == [[1, 1], [1, 1], [0, 1]]
    assert measure.value == 2 / 3 * 100


def test_an_empty_prediction_is_wrong() -> None:
    assert accuracy(["1"], [("0",)], [""]).value == 0.0
