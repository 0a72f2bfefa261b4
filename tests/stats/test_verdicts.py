import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from xlbench.stats.effects import Effect, effects
from xlbench.stats.paired import median_log_ratio
from xlbench.stats.verdicts import evidence, exceeds, holm, verdicts

FEW = settings(max_examples=100)
MARGIN = 0.02
MIRROR = {"faster": "slower", "slower": "faster"}
EFFECT = st.builds(
    Effect, st.floats(-0.2, 0.2), st.floats(0, 0.05), st.floats(1, 100), st.integers(3, 20)
)
FAMILY = st.lists(st.none() | EFFECT, min_size=1, max_size=8)


def effect(ratio, se=1e-4, df=4.0):
    return Effect(math.log(ratio), se, df, 5)


def test_holm_rejects_as_in_the_worked_example():
    # Four hypotheses at 0.05: 0.005 <= 0.05/4, 0.01 <= 0.05/3, 0.03 > 0.05/2: stop.
    assert holm([0.01, 0.04, 0.03, 0.005], 0.05) == [True, False, False, True]


def test_holm_stops_at_the_first_that_is_not_rejected():
    assert holm([0.04, 0.03, 0.03], 0.05) == [False] * 3
    assert holm([], 0.05) == []


@pytest.mark.parametrize(
    ("ratio", "claim"),
    [(1.05, "slower"), (0.95, "faster"), (1.0, "equivalent"), (1.015, "equivalent")],
)
def test_a_clear_effect_has_the_verdict_of_its_region(ratio, claim):
    assert verdicts([effect(ratio)], MARGIN) == [claim]
    assert verdicts([effect(ratio, se=0.0)], MARGIN) == [claim]
    assert verdicts([effect(ratio, se=0.5)], MARGIN) == ["inconclusive"]


def test_on_the_margin_nothing_is_claimed_however_small_the_spread():
    for value in (math.log1p(MARGIN), -math.log1p(MARGIN)):
        for se in (0.0, 1e-12):
            assert verdicts([Effect(value, se, 4, 5)], MARGIN) == ["inconclusive"]


def test_the_p_value_is_that_of_the_doubled_one_sided_test():
    found = evidence(effect(1.05, se=0.01, df=7), MARGIN)
    t = (math.log(1.05) - math.log1p(MARGIN)) / 0.01
    assert (found.claim, found.p) == ("slower", pytest.approx(2 * stats.t.sf(t, 7)))


def test_a_wider_margin_turns_slower_into_equivalent():
    assert verdicts([effect(1.05)], 0.10) == ["equivalent"]
    assert verdicts([effect(1.05)], 0.02) == ["slower"]


def test_without_a_margin_nothing_is_equivalent():
    assert verdicts([effect(1.0, se=0.0)], 0.0) == ["inconclusive"]


@FEW
@given(FAMILY, st.floats(0.001, 0.2))
def test_swapping_the_arms_mirrors_the_verdicts(family, margin):
    swapped = [None if e is None else replace(e, value=-e.value) for e in family]
    mirrored = [MIRROR.get(v, v) for v in verdicts(family, margin)]
    assert verdicts(swapped, margin) == mirrored


@FEW
@given(st.integers(0, 1000), st.floats(1e-3, 1e6), st.floats(0.9, 1.1))
def test_the_unit_of_the_latencies_does_not_matter(seed, scale, ratio):
    rng = np.random.default_rng(seed)
    a = rng.lognormal(0, 0.3, (5, 40))
    b = a * ratio * rng.lognormal(0, 0.01, (5, 40))
    tables = [
        np.array([[median_log_ratio(x * s, y * s)] for x, y in zip(a, b, strict=True)])
        for s in (1.0, scale)
    ]
    one, other = (effects(table) for table in tables)
    assert other[0].value == pytest.approx(one[0].value, abs=1e-12)
    assert verdicts(other, MARGIN) == verdicts(one, MARGIN)


@FEW
@given(st.floats(-0.2, 0.2), st.floats(0, 0.05), st.integers(4, 30), st.data())
def test_fewer_processes_of_the_same_spread_never_turn_inconclusive_into_a_claim(
    value, spread, processes, data
):
    fewer = data.draw(st.integers(3, processes - 1))
    more, less = (Effect(value, spread / math.sqrt(n), n - 1, n) for n in (processes, fewer))
    (strong,), (weak,) = verdicts([more], MARGIN), verdicts([less], MARGIN)
    assert weak in (strong, "inconclusive")


@FEW
@given(EFFECT, st.floats(1, 10))
def test_a_larger_standard_error_never_turns_inconclusive_into_a_claim(found, more):
    (strong,) = verdicts([found], MARGIN)
    (weak,) = verdicts([replace(found, se=found.se * more)], MARGIN)
    assert weak in (strong, "inconclusive")


@FEW
@given(FAMILY, FAMILY)
def test_more_cells_never_turn_inconclusive_into_a_claim(family, others):
    alone = verdicts(family, MARGIN)
    among = verdicts([*family, *others], MARGIN)[: len(family)]
    assert all(m in (a, "inconclusive") for a, m in zip(alone, among, strict=True))


@FEW
@given(FAMILY, st.randoms(use_true_random=False))
def test_the_order_of_the_cells_does_not_matter(family, random):
    order = list(range(len(family)))
    random.shuffle(order)
    found = verdicts(family, MARGIN)
    assert verdicts([family[i] for i in order], MARGIN) == [found[i] for i in order]


def test_a_cell_that_cant_be_judged_is_inconclusive_and_counts_as_tested():
    # p is 0.006 doubled from one side: enough alone at 0.01, not beside another cell.
    t = stats.t.isf(0.003, 4)
    found = Effect(math.log1p(MARGIN) + t * 0.01, 0.01, 4, 5)
    assert verdicts([found], MARGIN, 0.01) == ["slower"]
    assert verdicts([found, None], MARGIN, 0.01) == ["inconclusive", "inconclusive"]


@pytest.mark.parametrize("truth", [math.log1p(MARGIN), 0.0])
def test_wrong_claims_are_as_rare_as_promised(truth):
    rng = np.random.default_rng(1)
    alpha, wrong = 0.05, 0
    for _ in range(1000):
        found = verdicts(effects(truth + rng.normal(0, 0.01, (5, 3))), MARGIN, alpha)
        wrong += bool({"faster", "slower"} & set(found)) or (truth > 0 and "equivalent" in found)
    assert wrong / 1000 <= alpha + 3 * math.sqrt(alpha * (1 - alpha) / 1000)


@pytest.mark.parametrize(
    ("ratio", "se", "answer"), [(1.2, 1e-4, True), (1.0, 1e-4, False), (1.06, 0.2, None)]
)
def test_a_limit_is_exceeded_only_on_proof(ratio, se, answer):
    assert exceeds([effect(ratio, se)], 0.05, 0.01) == [answer]


def test_on_the_limit_or_without_an_effect_nothing_is_proven():
    on = Effect(math.log1p(0.05), 0.0, 4, 5)
    assert exceeds([on, None], 0.05, 0.01) == [None, None]


@FEW
@given(FAMILY, FAMILY)
def test_more_cells_never_prove_that_the_limit_is_exceeded(family, others):
    alone = exceeds(family, 0.05, 0.01)
    among = exceeds([*family, *others], 0.05, 0.01)[: len(family)]
    assert all(m in (a, None) for a, m in zip(alone, among, strict=True))
