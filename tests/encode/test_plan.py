import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.encode.plan import STRATEGIES, Packing, plan, shapes_for
from xlbench.errors import UserError

LENGTHS = st.lists(st.integers(1, 64), min_size=1, max_size=80)
PACKINGS = st.builds(
    lambda padding, size, tokens: Packing(padding, None if tokens else size, tokens, max_length=64),
    st.sampled_from(sorted(STRATEGIES)),
    st.integers(1, 16),
    st.none() | st.integers(1, 2000),
)


@given(LENGTHS, PACKINGS)
def test_every_window_is_in_exactly_one_batch_and_fits(lengths, packing):
    batches = plan(lengths, packing)
    assert sorted(row for batch in batches for row in batch.rows) == list(range(len(lengths)))
    for batch in batches:
        assert max(lengths[row] for row in batch.rows) <= batch.padded_length
        assert batch.tokens == sum(lengths[row] for row in batch.rows)


@given(LENGTHS, PACKINGS)
def test_a_batch_is_no_larger_than_asked_unless_it_is_one_row(lengths, packing):
    for batch in plan(lengths, packing):
        if packing.batch_size is not None:
            assert len(batch.rows) <= packing.batch_size
        elif len(batch.rows) > 1:
            assert batch.padded_tokens <= packing.tokens_per_batch


@given(LENGTHS)
def test_buckets_pad_no_more_than_the_maximum_does(lengths):
    total = {
        padding: sum(b.padded_tokens for b in plan(lengths, Packing(padding, 8, None, 64)))
        for padding in STRATEGIES
    }
    assert total["bucket"] <= total["max"]
    assert total["longest"] <= total["max"]


@given(LENGTHS, st.integers(1, 5))
def test_batches_have_no_shape_but_the_buckets(lengths, count):
    packing = Packing("bucket", 4, None, 64, buckets=count)
    edges = shapes_for(lengths, packing)
    assert len(edges) <= count
    assert {b.padded_length for b in plan(lengths, packing)} <= set(edges)


def test_longest_keeps_the_order_of_the_data():
    batches = plan([5, 3, 9, 1], Packing("longest", 2, None, 64))
    assert [list(b.rows) for b in batches] == [[0, 1], [2, 3]]
    assert [b.padded_length for b in batches] == [5, 9]


def test_halving_ends_at_one_row():
    packing = Packing("bucket", 8, None, 64)
    sizes = [packing.batch_size]
    for _ in range(4):
        packing = packing.halved()
        sizes.append(packing.batch_size)
    assert sizes == [8, 4, 2, 1, 1]


def test_an_unknown_strategy_is_the_users_mistake():
    with pytest.raises(UserError, match="--padding"):
        plan([1], Packing("shortest", 1, None, 64))


@given(LENGTHS, st.integers(1, 600))
def test_packed_batches_have_no_padding_and_rows_of_one_length_as_neighbours(lengths, tokens):
    batches = plan(lengths, Packing("packed", None, tokens, 64))
    assert sum(b.padded_tokens for b in batches) == sum(lengths)
    order = [lengths[row] for batch in batches for row in batch.rows]
    assert order == sorted(lengths)
    assert all(b.shape == (1, b.tokens) and b.dense for b in batches)


def test_packed_batches_are_full_up_to_the_next_row():
    batches = plan([30] * 10 + [40], Packing("packed", None, 100, 64))
    assert [b.tokens for b in batches] == [90, 90, 90, 70]
