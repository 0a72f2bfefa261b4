"""A change over seeds holds what the recipe does, and is never taken from one seed."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlbench.metrics import combine
from xlbench.metrics.jackknife import standard_error
from xlbench.metrics.measure import Measure
from xlbench.stats.seeds import Change, Part, change, directions

POINTS = st.lists(st.floats(0, 100), min_size=2, max_size=6)


def trainings(rng, gain, seeds, examples, between_seeds):
    """Right answers of two recipes: examples are hard or easy for all, seeds good or bad at all."""
    hard = rng.normal(0, 1.0, examples)
    made = []
    for shift in (0.0, gain):
        levels = 0.5 + shift + rng.normal(0, between_seeds, (seeds, 1))
        own = rng.normal(0, 0.7, (seeds, examples))
        made.append((levels + hard + own > 0).astype(float))
    return made


def measures(right):
    ids = tuple(map(str, range(right.shape[1])))
    rows = [np.stack((own, np.ones_like(own)), axis=1) for own in right]
    return [Measure("accuracy", ids, row, combine.share) for row in rows]


def found(a, b):
    """The change, as a report has it, of right answers of shape (seeds, examples)."""
    examples = Part(standard_error(measures(a), measures(b)), a.shape[1] - 1.0)
    return change(list(100 * a.mean(axis=1)), list(100 * b.mean(axis=1)), True, examples)


def true_change(gain, between_seeds):
    normal = NormalDist(0, math.sqrt(1 + 0.7**2 + between_seeds**2))
    return 100 * (normal.cdf(0.5 + gain) - normal.cdf(0.5))


@pytest.mark.parametrize(
    ("gain", "between_seeds", "examples"),
    [(0.0, 0.3, 200), (0.4, 0.3, 200), (0.4, 0.0, 60), (0.2, 0.6, 30)],
)
def test_the_interval_over_seeds_and_examples_covers_what_the_recipe_does(
    gain, between_seeds, examples
):
    rng, truth = np.random.default_rng(1), true_change(gain, between_seeds)
    held = 0
    for _ in range(300):
        lo, hi = found(*trainings(rng, gain, 3, examples, between_seeds)).interval()
        held += lo <= truth <= hi
    assert held >= 300 * 0.95 - 2 * np.sqrt(300 * 0.95 * 0.05)


def test_of_recipes_that_are_alike_hardly_any_is_said_to_help_however_much_seeds_differ():
    rng, claimed = np.random.default_rng(2), 0
    for _ in range(100):
        changes = [found(*trainings(rng, 0.0, 3, 100, 0.5)) for _ in range(5)]
        claimed += any(directions(changes))
    assert claimed <= 100 * 0.05 + 2 * np.sqrt(100 * 0.05 * 0.95)


def test_what_helps_much_is_said_to_help_from_three_seeds_on_and_never_from_one():
    rng = np.random.default_rng(3)
    for _ in range(20):
        a, b = trainings(rng, 3.0, 5, 400, 0.1)
        assert directions([found(a, b), found(b, a)]) == ["up", "down"]
        assert directions([found(a[:1], b[:1]), found(a[:2], b[:2])]) == [None, None]


def test_one_lucky_seed_is_within_its_interval_of_examples_but_no_gain():
    a, b = trainings(np.random.default_rng(4), 3.0, 1, 400, 0.1)
    one = found(a, b)
    assert one.seeds == 1 and one.interval()[0] > 0
    assert directions([one]) == [None]


@settings(max_examples=20)
@given(POINTS, POINTS)
def test_swapping_the_recipes_mirrors_the_change(a, b):
    one, other = change(a, b, False, None), change(b, a, False, None)
    assert one.value == pytest.approx(-other.value) and one.p == pytest.approx(other.p)
    lo, hi = one.interval()
    assert other.interval() == pytest.approx((-hi, -lo))


@settings(max_examples=20)
@given(st.floats(-20, 20), st.floats(0.01, 10), st.sampled_from([1.0, 2.0, 5.0]))
def test_the_interval_leaves_out_nought_where_p_says_so(value, se, df):
    found = Change(value, 3, (Part(se, df), Part(1.0, 99.0)))
    for level in (0.5, 0.9, 0.95, 0.99):
        lo, hi = found.interval(level)
        if abs(found.p - (1 - level)) > 1e-5:
            assert (lo > 0 or hi < 0) == (found.p < 1 - level)


@given(POINTS, st.floats(-50, 50))
def test_what_all_seeds_have_in_common_is_no_spread(values, shift):
    moved = [value + shift for value in values]
    found = change(values, moved, True, None)
    assert found.value == pytest.approx(shift, abs=1e-9)
    assert found.interval() == pytest.approx((shift, shift), abs=1e-9)
    lo, hi = change(values, moved, True, Part(2.0, math.inf)).interval()
    assert hi - lo == pytest.approx(2 * 1.96 * 2.0, rel=1e-4)


@pytest.mark.parametrize(("a", "b"), [([], [50.0]), ([50.0], []), ([50.0], [51.0, 52.0])])
def test_without_a_spread_there_is_no_interval(a, b):
    assert change(a, b, False, None) is None
