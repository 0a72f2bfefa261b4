"""Bootstrap intervals: seeded, honest about certainty, narrower when paired."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlbench.errors import UserError
from xlbench.metrics import bootstrap, combine
from xlbench.metrics.bootstrap import interval, paired_interval
from xlbench.metrics.measure import Measure


def measure(right, name="accuracy") -> Measure:
    rows = np.stack((np.asarray(right, float), np.ones(len(right))), axis=1)
    return Measure(name, tuple(map(str, range(len(right)))), rows, combine.share)


def coin(n: int, p: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random(n) < p


def test_the_interval_of_an_accuracy_is_that_of_the_binomial() -> None:
    lo, hi = interval(measure([1] * 300 + [0] * 100), resamples=20_000)
    half = 196 * np.sqrt(0.75 * 0.25 / 400)
    assert lo == pytest.approx(75 - half, abs=0.4)
    assert hi == pytest.approx(75 + half, abs=0.4)


def test_the_same_seed_gives_the_same_interval_in_any_order_of_examples() -> None:
    right = coin(200, 0.6, 1)
    assert interval(measure(right), seed=3) == interval(measure(right[::-1]), seed=3)
    assert interval(measure(right), seed=3) != interval(measure(right), seed=4)


def test_what_never_varies_has_an_interval_of_no_width() -> None:
    assert interval(measure([1] * 10)) == (100.0, 100.0)


def test_the_size_of_chunks_does_not_change_the_interval(monkeypatch) -> None:
    rows = np.random.default_rng(0).integers(0, 9, (80, 3)).astype(float)
    f1 = Measure("f1", tuple(map(str, range(80))), rows, combine.f1)
    whole = interval(f1, resamples=300)
    monkeypatch.setattr(bootstrap, "_CHUNK_BYTES", 8 * 80 * 7)
    assert interval(f1, resamples=300) == whole


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    covered = sum(
        lo <= 70 <= hi
        for lo, hi in (interval(measure(coin(300, 0.7, s)), resamples=400) for s in range(300))
    )
    assert 0.90 * 300 <= covered <= 0.985 * 300


def test_pairing_cancels_what_examples_have_in_common() -> None:
    a = coin(500, 0.7, 0)
    b = a.copy()
    b[:5] = ~b[:5]
    lo, hi = paired_interval(measure(a), measure(b))
    apart = interval(measure(a))
    assert hi - lo < (apart[1] - apart[0]) / 3
    assert lo <= measure(b).value - measure(a).value <= hi


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_swapping_the_arms_turns_the_difference_round(seed) -> None:
    a, b = measure(coin(60, 0.5, seed)), measure(coin(60, 0.6, seed + 1))
    lo, hi = paired_interval(a, b, resamples=4000)
    lo_back, hi_back = paired_interval(b, a, resamples=4000)
    assert (-hi_back, -lo_back) == pytest.approx((lo, hi), abs=3.5)


def test_arms_on_different_examples_cannot_be_paired() -> None:
    with pytest.raises(UserError, match="same metric on the same examples"):
        paired_interval(measure([1, 0]), measure([1, 0, 1]))


def test_a_level_outside_of_0_and_1_is_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        interval(measure([1, 0]), level=95)
