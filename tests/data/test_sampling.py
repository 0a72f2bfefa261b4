"""A sample has the lengths of the whole, and is the same for the same seed."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from xlbench.data.sampling import stratified

LENGTHS = st.lists(st.integers(1, 30), min_size=1, max_size=60)


@settings(deadline=None, max_examples=80)
@given(LENGTHS, st.integers(1, 70), st.integers(0, 5))
def test_as_many_as_asked_for_are_drawn_once_each_in_order(lengths, count, seed):
    drawn = stratified(np.array(lengths), count, seed)
    assert len(drawn) == min(count, len(lengths))
    assert (np.diff(drawn) > 0).all() and set(drawn) <= set(range(len(lengths)))
    assert np.array_equal(drawn, stratified(np.array(lengths), count, seed))


@settings(deadline=None, max_examples=80)
@given(LENGTHS, st.integers(1, 60), st.integers(0, 5))
def test_every_stratum_of_lengths_gives_one(lengths, count, seed):
    count = min(count, len(lengths))
    picked = np.sort(np.array(lengths)[stratified(np.array(lengths), count, seed)])
    ordered = np.sort(lengths)
    edges = np.arange(count + 1) * len(lengths) // count
    assert (picked >= ordered[edges[:-1]]).all() and (picked <= ordered[edges[1:] - 1]).all()


def test_each_example_has_the_same_chance_and_seeds_differ():
    times = np.zeros(20)
    for seed in range(2000):
        times[stratified(np.full(20, 7), 5, seed)] += 1
    assert abs(times / 2000 - 0.25).max() < 0.06


def test_the_mean_length_of_a_sample_is_nearer_than_that_of_a_random_one():
    lengths = np.random.default_rng(1).geometric(0.03, 5000)
    drawn = [lengths[stratified(lengths, 50, seed)].mean() for seed in range(200)]
    random = [np.random.default_rng(s).choice(lengths, 50).mean() for s in range(200)]
    assert np.std(drawn) < np.std(random) / 3
    assert abs(np.mean(drawn) / lengths.mean() - 1) < 0.01
