"""Exact search against brute force. Integers, so that products are exact and ties are real."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlbench.retrieval import best, search
from xlbench.retrieval.search import top_k
from xlbench.retrieval.vectors import Vectors


def brute_force(x, y, k):
    scores = x.astype(np.float64) @ y.astype(np.float64).T
    indices = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(scores, indices, axis=1), indices


def check(x, y, k, **options) -> None:
    scores, indices = top_k(Vectors(x), Vectors(y), k, **options)
    expected_scores, expected = brute_force(x, y, k)
    np.testing.assert_array_equal(indices, expected)
    np.testing.assert_array_equal(scores, expected_scores)
    assert (scores.dtype, indices.dtype) == (np.float32, np.int64)


@st.composite
def problems(draw):
    n, m, dim = draw(st.integers(1, 60)), draw(st.integers(1, 150)), draw(st.integers(1, 5))
    spread = draw(st.sampled_from([1, 3, 1000]))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    x, y = (random.integers(-spread, spread + 1, (r, dim)).astype(np.float32) for r in (n, m))
    if draw(st.booleans()):
        y = y[np.argsort(y[:, 0])]
    return x, y, draw(st.integers(1, 8))


@settings(max_examples=150)
@given(
    problems(),
    st.sampled_from([7, 16, 33, 64]),
    st.integers(64, 8192),
    st.integers(1, 3),
    st.sampled_from([100, 2**20]),
)
def test_equals_brute_force_with_ties_whatever_the_tiles(
    problem, rows, memory, threads, candidates
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "_TILE_ROWS", rows)
        patch.setattr(best, "_CANDIDATES", candidates)
        check(*problem, memory_bytes=memory, threads=threads)


def test_the_best_come_last_in_the_database() -> None:
    y = np.arange(6000, dtype=np.float32)[:, None]
    check(np.array([[1.0], [-1.0]], np.float32), y, 4)


def test_equal_vectors_come_in_the_order_of_their_indices_over_tiles() -> None:
    check(np.ones((5, 3), np.float32), np.ones((6000, 3), np.float32), 4)


def test_more_neighbours_than_vectors_gives_all_of_them() -> None:
    x = np.eye(3, dtype=np.float32)
    scores, indices = top_k(Vectors(x), Vectors(x[:2]), 4)
    assert scores.shape == indices.shape == (3, 2)


def test_no_queries_give_no_rows() -> None:
    scores, indices = top_k(Vectors(np.ones((0, 3), np.float32)), Vectors(np.ones((2, 3))), 2)
    assert scores.shape == indices.shape == (0, 2)


@pytest.mark.parametrize(
    ("x", "y", "k"),
    [
        (np.ones((1, 2)), np.ones((1, 3)), 1),
        (np.ones((1, 2)), np.ones((0, 2)), 1),
        (np.ones((1, 2)), np.ones((1, 2)), 0),
    ],
)
def test_what_cannot_be_searched_is_refused(x, y, k) -> None:
    with pytest.raises(ValueError, match="top_k: expected k >= 1"):
        top_k(Vectors(x), Vectors(y), k)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_scores_that_are_not_finite_are_never_an_answer(value) -> None:
    y = np.zeros((3, 2), np.float32)
    y[1] = value
    with pytest.raises(ValueError, match="expected finite scores"):
        top_k(Vectors(np.zeros((2, 2), np.float32)), Vectors(y), 3)


@pytest.mark.parametrize("spread", [0, 1], ids=["all equal", "all different"])
def test_memory_stays_within_a_few_tiles_however_long_the_lists(spread) -> None:
    random = np.random.default_rng(0)
    x, y = ((1 + spread * random.standard_normal((n, 4))).astype(np.float32) for n in (4000, 8000))
    budget = 16 * 2**20
    tracemalloc.start()
    top_k(Vectors(x), Vectors(y), 4, memory_bytes=budget, threads=1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * budget
