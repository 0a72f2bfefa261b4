from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.encode.buckets import boundaries, fewest_boundaries, padded

LENGTHS = st.lists(st.integers(1, 40), min_size=1, max_size=60)


@given(LENGTHS, st.integers(1, 4))
def test_no_choice_of_as_many_boundaries_pads_less(lengths, count):
    ours = padded(lengths, boundaries(lengths, count)).sum()
    distinct = sorted(set(lengths))
    others = (
        (*inner, distinct[-1])
        for size in range(min(count, len(distinct)))
        for inner in combinations(distinct[:-1], size)
    )
    assert ours == min(padded(lengths, edges).sum() for edges in others)


@given(LENGTHS, st.integers(1, 40))
def test_every_length_fits_its_bucket(lengths, count):
    edges = boundaries(lengths, count)
    assert len(edges) <= count
    assert (padded(lengths, edges) >= np.array(lengths)).all()


@given(LENGTHS, st.floats(0.5, 1.0))
def test_fewest_boundaries_reach_the_efficiency_and_one_less_does_not(lengths, efficiency):
    edges = fewest_boundaries(lengths, efficiency, most=len(set(lengths)))
    assert sum(lengths) >= efficiency * padded(lengths, edges).sum()
    if len(edges) > 1:
        fewer = boundaries(lengths, len(edges) - 1)
        assert sum(lengths) < efficiency * padded(lengths, fewer).sum()


def test_no_lengths_and_no_buckets_are_refused():
    with pytest.raises(ValueError, match="no lengths"):
        boundaries([], 3)
    with pytest.raises(ValueError, match="at least one bucket"):
        boundaries([1], 0)
