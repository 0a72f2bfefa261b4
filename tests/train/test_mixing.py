import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xlbench.train.mixing import order, shares, steps_of

SIZES = st.dictionaries(st.sampled_from("abcde"), st.integers(1, 60), min_size=1)


def test_shares_are_proportional_to_capped_sizes():
    assert shares({"a": 100, "b": 300}) == {"a": 0.25, "b": 0.75}
    assert shares({"a": 100, "b": 300}, cap=100) == {"a": 0.5, "b": 0.5}


def test_batches_come_in_these_shares():
    sizes = {"small": 100, "middle": 400, "large": 5000}
    drawn = [batch.name for batch in order(sizes, 8, 6000, seed=3, cap=1000)]
    for name, share in shares(sizes, cap=1000).items():
        # Four standard deviations of a binomial share; the seed is fixed, so it can't flicker.
        assert abs(drawn.count(name) / 6000 - share) < 4 * np.sqrt(share * (1 - share) / 6000)


@given(SIZES, st.integers(1, 9), st.integers(1, 200), st.integers(0, 5))
def test_no_example_comes_twice_before_all_of_its_set_came_once(sizes, batch_size, steps, seed):
    seen = {name: [] for name in sizes}
    for batch in order(sizes, batch_size, steps, seed):
        assert 1 <= len(batch.indices) <= batch_size
        seen[batch.name] += batch.indices
    for name, indices in seen.items():
        for first in range(0, len(indices), sizes[name]):
            once = indices[first : first + sizes[name]]
            assert len(set(once)) == len(once)


@given(SIZES, st.integers(1, 9), st.integers(1, 50))
def test_more_steps_begin_with_the_same_batches(sizes, batch_size, steps):
    # The draw of sets is one call for all steps, so this holds where a run is longer, too.
    longer = order(sizes, batch_size, steps + 20, seed=1)
    assert longer[:steps] == order(sizes, batch_size, steps, seed=1)


def test_seeds_give_other_orders():
    assert order({"a": 50}, 8, 5, seed=1) != order({"a": 50}, 8, 5, seed=2)


def test_an_epoch_is_every_capped_set_once():
    assert steps_of({"a": 100, "b": 33}, batch_size=10, epochs=1) == 14
    assert steps_of({"a": 100, "b": 33}, batch_size=10, epochs=2, cap=50) == 18
    assert steps_of({"a": 1}, batch_size=10, epochs=0.1) == 1
