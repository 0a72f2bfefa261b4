import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlbench.cell import Cell
from xlbench.judge.paired import judge, undecided
from xlbench.metrics.combine import share
from xlbench.metrics.measure import Measure
from xlbench.stats.observations import Observations, main_quantity
from xlbench.stats.verdicts import ALPHA

MARGIN = 0.02
MIRROR = {"faster": "slower", "slower": "faster"}
SINGLE = [Cell("xnli", language, "single-stream") for language in ("en", "sw", "th")]
OFFLINE = [Cell("xnli", language, "offline") for language in ("en", "sw", "th")]
CELLS = SINGLE + OFFLINE


def observations(ratios, spread=0.001, pairs=5, seed=0, sign=1):
    """Log ratios around those asked for, by cell: main quantity and memory."""
    rng = np.random.default_rng(seed)
    found = Observations()
    for cell, ratio in ratios.items():
        for pair in range(pairs):
            noise = rng.normal(0, spread)
            found.add(main_quantity(cell), cell, pair, sign * (math.log(ratio) + noise))
            found.add("memory", cell, pair, 0.0)
    return found


def judged(found, cells=CELLS, **more):
    return judge("a", "b", found, cells, more.pop("measures", {}), MARGIN, **more)


def test_each_cell_has_its_verdict_and_the_whole_has_that_of_the_mean():
    ratios = dict.fromkeys(CELLS, 1.0) | {SINGLE[1]: 1.2, OFFLINE[2]: 0.8}
    found = judged(observations(ratios))
    verdicts = {cell.cell: cell.main.verdict for cell in found.cells}
    expected = dict.fromkeys(CELLS, "equivalent") | {SINGLE[1]: "slower", OFFLINE[2]: "faster"}
    assert verdicts == expected
    assert found.overall["single-stream"].verdict == "slower"
    assert found.overall["single-stream"].ratio == pytest.approx(1.2 ** (1 / 3), rel=0.01)
    assert found.overall["offline"].verdict == "faster"
    assert found.verdict == "inconclusive", "the scenarios say different things"


def test_equal_arms_are_equivalent_in_all_quantities():
    found = judged(observations(dict.fromkeys(CELLS, 1.0)))
    assert found.verdict == "equivalent"
    assert {e.verdict for c in found.cells for e in c.estimates.values()} == {"equivalent"}


def test_the_spread_between_cells_is_found_beside_the_mean():
    found = judged(observations(dict(zip(SINGLE, (1.0, 1.1, 1.21), strict=True))), SINGLE)
    assert found.between_cells["single-stream"] == pytest.approx(math.log(1.1), rel=0.05)


def test_a_cell_that_failed_keeps_its_error_and_has_no_verdict():
    found = judged(observations(dict.fromkeys(CELLS[1:], 1.0)), errors={CELLS[0]: "it died"})
    first = found.cells[0]
    assert (first.error, first.main.verdict, first.estimates) == ("it died", "inconclusive", {})
    assert {cell.main.verdict for cell in found.cells[1:]} == {"equivalent"}


def test_a_cell_of_two_pairs_is_inconclusive():
    found = judged(observations(dict.fromkeys(CELLS, 3.0), pairs=2))
    assert {c.main.verdict for c in found.cells} == {"inconclusive"}
    assert found.verdict == "inconclusive"


def test_nothing_measured_is_inconclusive_and_no_crash():
    found = judged(Observations())
    assert found.verdict == "inconclusive"
    assert [cell.cell for cell in found.cells] == CELLS


def test_flags_notes_and_the_metric_reach_the_cells():
    ids = tuple(str(i) for i in range(10))
    right = {"a": [1] * 10, "b": [1] * 5 + [0] * 5}
    measures = {
        (arm, OFFLINE[0]): Measure("accuracy", ids, np.array([[r, 1.0] for r in rights]), share)
        for arm, rights in right.items()
    }
    found = judged(
        observations(dict.fromkeys(CELLS, 1.0)),
        measures=measures,
        flags={SINGLE[0]: ["disturbed"]},
        notes=["a note"],
    )
    by_cell = {cell.cell: cell for cell in found.cells}
    assert (by_cell[OFFLINE[0]].metric.a, by_cell[OFFLINE[0]].metric.b) == (100, 50)
    assert by_cell[OFFLINE[1]].metric is None
    assert by_cell[SINGLE[0]].flags == ("disturbed",) and found.notes == ("a note",)


def test_undecided_are_the_cells_whose_main_quantity_has_no_verdict():
    found = observations(dict.fromkeys(CELLS[1:], 1.0))
    for pair in range(5):
        found.add(main_quantity(CELLS[0]), CELLS[0], pair, 0.1 * (-1) ** pair)
    assert undecided(found, CELLS, MARGIN) == {CELLS[0]}
    assert undecided(Observations(), CELLS, MARGIN) == set(CELLS)


@settings(max_examples=30)
@given(st.lists(st.floats(0.7, 1.4), min_size=6, max_size=6), st.integers(0, 99))
def test_swapping_the_arms_mirrors_cells_and_whole(ratios, seed):
    by_cell = dict(zip(CELLS, ratios, strict=True))
    one = judged(observations(by_cell, 0.01, seed=seed))
    swapped = judged(observations(by_cell, 0.01, seed=seed, sign=-1))
    for x, y in zip(one.cells, swapped.cells, strict=True):
        assert y.main.verdict == MIRROR.get(x.main.verdict, x.main.verdict)
        assert y.main.ratio == pytest.approx(1 / x.main.ratio)
    assert swapped.verdict == MIRROR.get(one.verdict, one.verdict)


@settings(max_examples=30)
@given(st.lists(st.floats(0.9, 1.1), min_size=6, max_size=6), st.integers(0, 99))
def test_whoever_has_no_verdict_in_the_end_is_measured_on(ratios, seed):
    found = observations(dict(zip(CELLS, ratios, strict=True)), 0.01, seed=seed)
    inconclusive = {c.cell for c in judged(found).cells if c.main.verdict == "inconclusive"}
    assert undecided(found, CELLS, MARGIN) >= inconclusive
    assert undecided(found, CELLS, MARGIN, ALPHA) == inconclusive


def test_looking_after_every_pair_hardly_adds_a_false_alarm():
    # Pairs of equal arms that scatter by 4 %: with looks as lenient as the last one, ten of these
    # comparisons are called different.
    rng = np.random.default_rng(0)
    wrong = 0
    for values in rng.normal(0, 0.042, (1000, 40)):
        found = Observations()
        for pair, value in enumerate(values):
            if pair >= 5 and not undecided(found, SINGLE[:1], MARGIN):
                break
            found.add(main_quantity(SINGLE[0]), SINGLE[0], pair, value)
        (cell,) = judged(found, SINGLE[:1]).cells
        wrong += cell.main.verdict in MIRROR
    assert wrong <= 5
