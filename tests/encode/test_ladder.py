from hypothesis import given
from hypothesis import strategies as st

from xlbench.encode.ladder import HALVINGS, STEP, rows_held, rung, rungs
from xlbench.encode.plan import PACKED, STRATEGIES, Packing, plan, shapes_for


@given(st.integers(1, 514))
def test_the_ladder_holds_every_length_and_no_more_than_the_longest(longest):
    ladder = rungs(longest)
    assert ladder[-1] == max(longest, STEP) and list(ladder) == sorted(set(ladder))
    assert len(ladder) <= 21


@given(st.integers(1, 514), st.integers(1, 514))
def test_a_row_is_padded_to_the_next_rung(length, longest):
    held = rung(length, longest)
    assert held >= length
    assert held - length < max(STEP, length / 4 + 1)


@given(st.integers(1, 300), st.integers(1, 300))
def test_rows_are_filled_up_to_one_of_few_numbers(rows, full):
    rows = min(rows, full)
    held = rows_held(rows, full)
    assert rows <= held <= full
    assert held in {rows_held(n, full) for n in range(1, full + 1)}
    assert len({rows_held(n, full) for n in range(1, full + 1)}) <= HALVINGS + 1


LENGTHS = st.lists(st.integers(1, 128), min_size=1, max_size=80)
PADDINGS = st.sampled_from(sorted(set(STRATEGIES) - {PACKED}))


@given(LENGTHS, PADDINGS, st.integers(1, 2000))
def test_batches_on_the_ladder_hold_every_window_once_and_have_its_shapes(lengths, padding, tokens):
    packing = Packing(padding, None, tokens, 128, shared_shapes=True)
    batches = plan(lengths, packing)
    assert sorted(row for batch in batches for row in batch.rows) == list(range(len(lengths)))
    for batch in batches:
        rows, length = batch.shape
        assert length in rungs(128) and length >= max(lengths[row] for row in batch.rows)
        full = packing.rows(length)
        assert rows in {rows_held(n, full) for n in range(1, full + 1)}
        assert batch.padded_tokens == rows * length
        assert batch.tokens == sum(lengths[row] for row in batch.rows)
    assert {batch.padded_length for batch in batches} <= set(shapes_for(lengths, packing)) | {
        max(rungs(128))
    } or padding == "longest"


@given(st.lists(LENGTHS, min_size=2, max_size=12))
def test_languages_share_their_shapes(languages):
    packing = Packing("bucket", None, 1024, 128, shared_shapes=True)
    shapes = {batch.shape for lengths in languages for batch in plan(lengths, packing)}
    assert len(shapes) <= (HALVINGS + 1) * len(rungs(128))
    edges = {edge for lengths in languages for edge in shapes_for(lengths, packing)}
    assert edges <= set(rungs(128))


def test_buckets_that_were_asked_for_are_those_of_the_language():
    packing = Packing("bucket", None, 1024, 128, buckets=2, shared_shapes=True)
    assert shapes_for([5, 6, 50, 51], packing) == (6, 51)
