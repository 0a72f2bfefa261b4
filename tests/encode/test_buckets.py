from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.encode.buckets import boundaries, cheapest_boundaries, padded

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


def cost(lengths, edges, tokens, batch_cost):
    home = padded(lengths, edges)
    rows = {edge: max(1, tokens // edge) for edge in edges}
    counts = {edge: int((home == edge).sum()) for edge in edges}
    return home.sum() + batch_cost * sum(-(-counts[edge] // rows[edge]) for edge in edges)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=40), st.integers(1, 60), st.integers(0, 90))
def test_no_choice_of_boundaries_costs_less(lengths, tokens, batch_cost):
    found = cheapest_boundaries(lengths, lambda length: max(1, tokens // length), batch_cost)
    distinct = sorted(set(lengths))
    others = (
        (*inner, distinct[-1])
        for size in range(len(distinct))
        for inner in combinations(distinct[:-1], size)
    )
    least = min(cost(lengths, edges, tokens, batch_cost) for edges in others)
    assert cost(lengths, found, tokens, batch_cost) == least


def test_a_price_for_batches_makes_few_large_ones_where_padding_alone_makes_many():
    lengths = np.random.default_rng(0).integers(8, 72, 400).tolist()
    rows = lambda length: 16384 // length  # noqa: E731
    free, priced = (cheapest_boundaries(lengths, rows, cost) for cost in (0, 2048))
    assert len(free) == 32, "one for each length, but for the limit"
    assert len(priced) <= 3
    assert sum(lengths) > 0.7 * padded(lengths, priced).sum()


def test_no_lengths_and_no_buckets_are_refused():
    with pytest.raises(ValueError, match="no lengths"):
        boundaries([], 3)
    with pytest.raises(ValueError, match="no lengths"):
        cheapest_boundaries([], lambda length: 1, 0)
    with pytest.raises(ValueError, match="at least one bucket"):
        boundaries([1], 0)
