"""The running top-k of a few queries."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xlbench.retrieval.best import Best, padded


def tile_of(columns) -> np.ndarray:
    rows = np.array(columns, np.float32).T
    filled = np.full((padded(len(rows)), rows.shape[1]), -np.inf, np.float32)
    filled[: len(rows)] = rows
    return filled


def test_each_query_keeps_its_own() -> None:
    best = Best(2, 2)
    best.offer(tile_of([[1, 5, 3], [9, 9, 0]]), 0)
    best.offer(tile_of([[4, 5, 5], [1, 9, 10]]), 3)
    assert best.scores.tolist() == [[5, 5], [10, 9]]
    assert best.indices.tolist() == [[1, 4], [5, 0]]


def test_fewer_rows_than_k_leave_the_rest_empty() -> None:
    best = Best(1, 3)
    best.offer(tile_of([[2, 7]]), 0)
    assert best.scores.tolist() == [[7, 2, -np.inf]]
    assert best.indices.tolist() == [[1, 0, -1]]


@given(
    st.lists(st.lists(st.integers(-3, 3), min_size=1, max_size=40), min_size=1, max_size=6),
    st.integers(1, 5),
)
def test_tiles_of_any_length_give_the_order_of_one_stable_sort(tiles, k) -> None:
    best, first = Best(1, k), 0
    for tile in tiles:
        best.offer(tile_of([tile]), first)
        first += len(tile)
    scores = np.array([score for tile in tiles for score in tile])
    order = np.argsort(-scores, kind="stable")[:k]
    assert best.indices[0, : len(order)].tolist() == order.tolist()
    assert best.scores[0, : len(order)].tolist() == scores[order].tolist()
