import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from xlbench.stats.moderated import digamma, moderate, trigamma

FEW = settings(max_examples=100)
VARIANCES = st.lists(st.floats(1e-9, 1e3), min_size=2, max_size=40).map(np.array)


@FEW
@given(st.floats(0.01, 1e5))
def test_digamma_and_trigamma_are_scipys(x):
    assert digamma(x) == pytest.approx(special.digamma(x), rel=1e-9, abs=1e-9)
    assert trigamma(x) == pytest.approx(special.polygamma(1, x), rel=1e-9)


def samples(rng, truth, df):
    return truth * rng.chisquare(df, len(truth)) / df


def test_variances_that_are_all_alike_are_pooled():
    rng = np.random.default_rng(1)
    raw = samples(rng, np.full(200, 4.0), 4)
    found = moderate(raw, np.full(200, 4.0))
    assert found.prior_df > 20
    assert found.variances.std() < 0.3 * raw.std()
    assert found.variances.mean() == pytest.approx(4.0, rel=0.1)


def test_variances_that_truly_differ_are_left_apart():
    rng = np.random.default_rng(2)
    truth = 10.0 ** rng.uniform(-4, 4, 200)
    raw = samples(rng, truth, 20)
    found = moderate(raw, np.full(200, 20.0))
    assert found.prior_df < 2
    assert np.median(np.abs(np.log(found.variances / raw))) < 0.05


def test_the_prior_is_recovered():
    # Smyth 2004, section 3: 1 / variance ~ chi squared (d0) / (d0 s0^2).
    rng = np.random.default_rng(3)
    d0, s0 = 8.0, 2.5
    truth = d0 * s0 / rng.chisquare(d0, 4000)
    raw = samples(rng, truth, 4)
    found = moderate(raw, np.full(4000, 4.0))
    assert found.prior_df == pytest.approx(d0, rel=0.15)
    prior = (found.variances * (found.prior_df + 4) - 4 * raw) / found.prior_df
    assert prior == pytest.approx(np.full(4000, s0), rel=0.05)


def test_moderated_variances_are_nearer_to_the_truth():
    rng = np.random.default_rng(4)
    truth = 6.0 / rng.chisquare(6, 500)
    raw = samples(rng, truth, 4)
    found = moderate(raw, np.full(500, 4.0)).variances
    assert np.square(np.log(found / truth)).mean() < 0.5 * np.square(np.log(raw / truth)).mean()


@FEW
@given(VARIANCES)
def test_variances_are_drawn_together_and_keep_their_order(raw):
    found = moderate(raw, np.full(len(raw), 4.0)).variances
    # Each lies between its own and the prior, so that none moves past another.
    assert (np.diff(found[np.argsort(raw)]) >= -1e-12 * raw.max()).all()
    assert found.max() - found.min() <= (raw.max() - raw.min()) * (1 + 1e-9)


@FEW
@given(VARIANCES, st.floats(1e-3, 1e3))
def test_the_unit_does_not_matter(raw, scale):
    one = moderate(raw, np.full(len(raw), 4.0))
    other = moderate(raw * scale, np.full(len(raw), 4.0))
    assert other.variances == pytest.approx(one.variances * scale, rel=1e-5)
    assert other.prior_df == pytest.approx(one.prior_df, rel=1e-5)


def test_fewer_than_two_positive_variances_are_left_as_they_are():
    raw = np.array([0.0, 3.0, 0.0])
    found = moderate(raw, np.full(3, 4.0))
    assert found.variances.tolist() == raw.tolist() and found.prior_df == 0.0


def test_a_cell_without_any_spread_is_not_believed():
    found = moderate(np.array([0.0, *np.linspace(0.9, 1.1, 20)]), np.full(21, 4.0))
    assert found.variances[0] > 0.5
