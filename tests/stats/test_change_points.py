import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xlbench.stats import change_points as module
from xlbench.stats.change_points import (
    MIN_POINTS,
    MIN_SEGMENT,
    _best_cut,
    _spread,
    change_points,
)


def step(n, place, sd=5.0, seed=0):
    values = np.random.default_rng(seed).normal(size=n)
    values[place:] += sd
    return values


def changes(values, rate=0.05):
    return change_points([values], rate)[0]


def places(values, rate=0.05):
    return [change.index for change in changes(values, rate)]


@pytest.mark.parametrize("n", [8, 12, 30, 60])
@pytest.mark.parametrize("shape", ["normal", "heavy", "skewed"])
def test_without_a_change_there_is_an_alarm_in_at_most_one_series_of_twenty(n, shape):
    rng = np.random.default_rng(n)
    draw = {
        "normal": rng.normal,
        "heavy": lambda size: rng.standard_t(2, size),
        "skewed": lambda size: rng.exponential(size=size),
    }[shape]
    alarms = sum(bool(changes(draw(size=n))) for _ in range(400))
    # Three standard deviations of a binomial above 5 %.
    assert alarms <= 400 * 0.083


@pytest.mark.parametrize("n", [10, 20, 60, 200])
def test_a_step_of_five_standard_deviations_is_found_where_it_is(n):
    place = n // 2
    right = 0
    for seed in range(40):
        found = places(step(n, place, seed=seed))
        right += any(abs(index - place) <= 1 for index in found)
    assert right >= 39


def test_eight_points_are_enough_for_a_clear_step_in_the_middle():
    assert places(np.array([1.0, 1.2, 0.9, 1.1, 2.0, 2.2, 1.9, 2.1])) == [4]


def test_a_late_step_is_found_in_a_long_history():
    assert all(abs(places(step(60, 55, seed=seed))[-1] - 55) <= 1 for seed in range(20))


def test_a_change_that_was_taken_back_is_two_changes():
    for seed in range(20):
        values = np.random.default_rng(seed).normal(size=30)
        values[10:20] += 6
        found = places(values)
        assert len(found) >= 2
        assert min(abs(i - 10) for i in found) <= 1 and min(abs(i - 20) for i in found) <= 1


def test_a_single_wild_point_is_no_change_of_level():
    values = np.random.default_rng(3).normal(size=30)
    values[12] += 1000
    assert places(values) == []


@given(st.integers(0, 10_000), st.floats(1e-6, 1e6), st.integers(10, 40))
def test_the_unit_does_not_matter(seed, factor, n):
    values = np.exp(step(n, n // 2, seed=seed) / 10)
    assert places(np.log(values * factor)) == places(np.log(values))


@example(seed=1559, n=39, sd=2.5)  # two cuts are as good and as near to the middle
@given(st.integers(0, 10_000), st.integers(24, 48), st.floats(2, 9))
def test_a_series_read_backwards_has_the_same_changes(seed, n, sd):
    values = step(n, n // 3, sd, seed) + step(n, 2 * n // 3, sd, seed + 1)
    assert places(values[::-1]) == sorted(n - index for index in places(values))


@given(st.lists(st.floats(-1e6, 1e6), max_size=60), st.floats(0.001, 0.5))
def test_changes_lie_within_the_series_and_apart_from_each_other(values, level):
    found = places(np.array(values), level)
    if found:
        assert len(values) >= MIN_POINTS
        assert min(np.diff([0, *found, len(values)])) >= MIN_SEGMENT


@pytest.mark.parametrize("n", range(MIN_POINTS))
def test_few_points_have_no_changes(n):
    assert places(np.array([0.0] * (n // 2) + [100.0] * (n - n // 2)), 0.9) == []


def test_equal_values_have_no_change():
    assert places(np.ones(50)) == []


def test_the_answer_is_the_same_every_time_and_tells_how_sure_it_is():
    values = step(25, 12)
    assert changes(values) == changes(values)
    assert 0 < changes(values)[0].p < 0.001


@pytest.mark.parametrize("common", [0.0, 0.7])
def test_where_nothing_changed_many_cells_together_give_an_alarm_once_in_twenty(common):
    rng = np.random.default_rng(7)
    alarms = 0
    for _ in range(200):
        runs = rng.normal(size=(20, 1)) * common
        table = runs + rng.normal(size=(20, 15))
        alarms += any(change_points(list(table.T)))
    assert alarms <= 200 * 0.097


def test_of_the_changes_found_in_many_cells_few_are_false():
    rng = np.random.default_rng(11)
    found = false = 0
    for _ in range(20):
        table = rng.normal(size=(30, 30))
        table[15:, :10] += 4
        for cell, cuts in enumerate(change_points(list(table.T))):
            found += len(cuts)
            false += sum(cell >= 10 or abs(change.index - 15) > 3 for change in cuts)
    assert found > 190 and false / found < 0.1


def test_a_lone_change_among_hundreds_of_cells_is_found():
    table = np.random.default_rng(2).normal(size=(500, 24))
    table[0, 12:] += 8
    assert [change.index for change in change_points(list(table))[0]] == [12]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_the_spread_is_the_sum_of_deviations_from_the_median(values):
    values = np.array(values)
    expected = np.abs(values - np.median(values)).sum()
    assert _spread(values) == pytest.approx(expected, abs=1e-6)


def test_where_a_change_is_is_looked_for_only_where_there_is_one(monkeypatch):
    looked = []

    def best_cut(values, low, high):
        looked.append(len(values))
        return _best_cut(values, low, high)

    monkeypatch.setattr(module, "_best_cut", best_cut)
    rng = np.random.default_rng(5)
    quiet, stepped = rng.normal(size=(20, 30)), np.r_[rng.normal(size=15), rng.normal(9, 1, 15)]
    found = change_points([*quiet, stepped])
    assert [len(cuts) for cuts in found] == [0] * 20 + [1]
    # When it is found, and when it is moved to where it fits best.
    assert looked == [30, 30]
