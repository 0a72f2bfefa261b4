import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from xlbench.stats.effects import MIN_POOLED_CELLS, Effect, difference, effects, overall

FEW = settings(max_examples=60)


def covered(found, truth):
    """Which 95 % intervals hold the truth; ``Effect.interval`` for many at once."""
    value, se, df = (np.array([getattr(e, name) for e in found]) for name in ("value", "se", "df"))
    return np.abs(value - truth) <= stats.t.ppf(0.975, df) * se


def layout(rng, processes, cells, between=1.0, rest=1.0, truth=0.0):
    """Values of the model: effect + what the process carries + the rest."""
    carried = rng.normal(0, between, (processes, 1)) if between else 0.0
    return truth + carried + rng.normal(0, rest, (processes, cells))


def test_one_cell_has_the_plain_t_interval():
    values = np.array([0.011, 0.018, 0.009, 0.014, 0.012])
    (found,) = effects(values[:, None])
    known = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert found.interval() == pytest.approx((known.low, known.high), rel=1e-9)
    assert (found.df, found.processes) == (4, 5)


def test_few_cells_each_speak_for_themselves():
    rng = np.random.default_rng(1)
    values = layout(rng, 5, MIN_POOLED_CELLS - 1)
    for column, found in zip(values.T, effects(values), strict=True):
        assert found.se == pytest.approx(column.std(ddof=1) / math.sqrt(5))
        assert found.df == 4


@pytest.mark.parametrize(("between", "rest"), [(0.0, 1.0), (1.0, 1.0), (2.0, 0.5)])
def test_the_pooled_variance_recovers_the_truth(between, rest):
    rng = np.random.default_rng(2)
    tables = [layout(rng, 6, 20, between, rest) for _ in range(80)]
    variances = [e.se**2 * 6 for table in tables for e in effects(table)]
    assert np.mean(variances) == pytest.approx(between**2 + rest**2, rel=0.1)


def test_pooling_gives_more_degrees_of_freedom_where_processes_carry_nothing():
    rng = np.random.default_rng(3)
    found = effects(layout(rng, 5, 40, between=0.0))
    assert min(e.df for e in found) > 8


@pytest.mark.parametrize(
    ("processes", "cells", "between", "rest"),
    [(5, 3, 1.0, 1.0), (5, 12, 1.0, 1.0), (5, 30, 0.0, 1.0), (8, 12, 2.0, 1.0)],
)
def test_intervals_cover_the_truth_although_processes_carry_something(
    processes, cells, between, rest
):
    rng = np.random.default_rng(4)
    tables = (layout(rng, processes, cells, between, rest, truth=0.3) for _ in range(300))
    hits = [covered(effects(table), 0.3).mean() for table in tables]
    assert 0.92 <= np.mean(hits) <= 0.98


def test_intervals_cover_where_cells_differ_in_their_spread():
    rng = np.random.default_rng(5)
    rests = np.geomspace(0.3, 3.0, 16)
    tables = (rng.normal(0, 0.5, (5, 1)) + rng.normal(0, rests, (5, 16)) for _ in range(300))
    hits = [covered(effects(table), 0.0).mean() for table in tables]
    assert 0.92 <= np.mean(hits) <= 0.98


def test_intervals_cover_where_later_processes_visit_some_cells_only():
    rng = np.random.default_rng(6)
    hits = []
    for _ in range(300):
        table = layout(rng, 8, 12, between=0.7)
        table[5:, 4:] = np.nan
        hits.append(covered(effects(table), 0.0).mean())
    assert 0.92 <= np.mean(hits) <= 0.98


def test_the_mean_over_cells_covers_the_truth_too():
    rng = np.random.default_rng(7)
    found = [overall(layout(rng, 5, 12, between=1.0, truth=0.3)) for _ in range(1000)]
    assert 0.92 <= covered(found, 0.3).mean() <= 0.98


@pytest.mark.parametrize("cells", [2, MIN_POOLED_CELLS + 2])
def test_a_cell_with_fewer_than_three_values_has_no_effect_and_changes_no_other(cells):
    rng = np.random.default_rng(8)
    table = layout(rng, 5, cells)
    poor = np.full((5, 1), np.nan)
    poor[:2] = 9.0
    assert effects(np.hstack([poor, table])) == [None, *effects(table)]


@pytest.mark.parametrize("cells", [2, MIN_POOLED_CELLS + 2])
def test_a_process_without_any_value_changes_nothing(cells):
    rng = np.random.default_rng(9)
    table = layout(rng, 5, cells)
    assert effects(np.vstack([table, np.full((2, cells), np.nan)])) == effects(table)
    poor = np.full((7, 1), np.nan)
    poor[5:] = 1.0
    padded = np.vstack([table, np.full((2, cells), np.nan)])
    assert effects(np.hstack([padded, poor])) == [*effects(table), None]


@pytest.mark.parametrize("cells", [1, MIN_POOLED_CELLS])
def test_missing_values_are_left_out_and_the_rest_is_kept(cells):
    rng = np.random.default_rng(10)
    table = layout(rng, 6, cells)
    table[4, 0] = np.nan
    found = effects(table)
    assert found[0].value == pytest.approx(np.nanmean(table[:, 0]))
    assert found[0].processes == 5
    assert all(math.isfinite(e.se) and e.df >= 1 for e in found)


@pytest.mark.parametrize("cells", [1, MIN_POOLED_CELLS])
def test_values_that_are_all_equal_have_no_spread(cells):
    for found in effects(np.full((4, cells), 0.25)):
        assert (found.value, found.se) == (0.25, 0.0)
        assert found.interval() == (0.25, 0.25)


@pytest.mark.parametrize("shape", [(0, 3), (2, 3), (0, 0), (5, 0)])
def test_too_small_a_table_has_no_effects(shape):
    assert effects(np.ones(shape)) == [None] * shape[1]
    assert overall(np.ones(shape)) is None


def test_the_mean_over_cells_takes_only_processes_that_visited_all():
    rng = np.random.default_rng(11)
    table = layout(rng, 5, 4)
    rest = layout(rng, 3, 4) + 100
    rest[:, 1] = np.nan
    assert overall(np.vstack([table, rest])) == overall(table)
    assert overall(np.vstack([table[:2], rest])) is None


TABLES = st.tuples(st.integers(3, 6), st.integers(1, 12), st.integers(0, 1000))


@FEW
@given(TABLES, st.floats(-5, 5), st.floats(0.01, 100))
def test_effects_shift_and_scale_with_their_values(size, shift, scale):
    processes, cells, seed = size
    table = layout(np.random.default_rng(seed), processes, cells)
    for one, other in zip(effects(table), effects(table * scale + shift), strict=True):
        assert other.value == pytest.approx(one.value * scale + shift, abs=1e-9 * scale + 1e-9)
        assert other.se == pytest.approx(one.se * scale, rel=1e-5)
        assert other.df == pytest.approx(one.df, rel=1e-4)


@FEW
@given(TABLES)
def test_negated_values_have_the_negated_effects(size):
    processes, cells, seed = size
    table = layout(np.random.default_rng(seed), processes, cells)
    for one, other in zip(effects(table), effects(-table), strict=True):
        assert other.value == -one.value
        assert (other.se, other.df) == pytest.approx((one.se, one.df), rel=1e-9)


@FEW
@given(TABLES)
def test_the_order_of_processes_and_cells_does_not_matter(size):
    processes, cells, seed = size
    rng = np.random.default_rng(seed)
    table = layout(rng, processes, cells)
    order = rng.permutation(cells)
    found = effects(table)
    moved = effects(table[rng.permutation(processes)][:, order])
    for one, other in zip([found[i] for i in order], moved, strict=True):
        assert (other.value, other.se) == pytest.approx((one.value, one.se), rel=1e-6, abs=1e-9)


def test_the_difference_is_welchs():
    rng = np.random.default_rng(12)
    x, y = rng.normal(0, 1, 5), rng.normal(1, 3, 8)
    (a,), (b,) = effects(x[:, None]), effects(y[:, None])
    known = stats.ttest_ind(y, x, equal_var=False)
    found = difference(a, b)
    assert found.value / found.se == pytest.approx(known.statistic)
    assert found.df == pytest.approx(known.df)
    assert found.processes == 5


def test_the_difference_of_two_that_have_no_spread_has_none():
    found = difference(Effect(1.0, 0.0, 4, 5), Effect(3.0, 0.0, 4, 5))
    assert (found.value, found.se) == (2.0, 0.0)
    assert math.isfinite(found.df)
