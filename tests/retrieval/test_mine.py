"""Nearest neighbours and mining against a plain rendering of the published procedure."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlbench.retrieval.mine import mine_bitext, nearest
from xlbench.retrieval.vectors import unit


def normal(n, dim, seed):
    return np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32)


def plainly(x, y, k):
    """Ratio margin and the greedy union of both directions, in double precision."""
    x, y = (
        v.astype(float) / np.linalg.norm(v.astype(float), axis=1, keepdims=True) for v in (x, y)
    )
    similar = x @ y.T
    there = np.argsort(-similar, axis=1)[:, :k]
    back = np.argsort(-similar.T, axis=1)[:, :k]
    mean = np.take_along_axis(similar, there, 1).mean(1)
    mean_back = np.take_along_axis(similar.T, back, 1).mean(1)
    margin = similar / ((mean[:, None] + mean_back[None, :]) / 2)
    found = [
        (max(margin[i, j] for j in row), i, max(row, key=lambda j: margin[i, j]))
        for i, row in enumerate(there)
    ]
    found += [
        (max(margin[i, j] for i in row), max(row, key=lambda i: margin[i, j]), j)
        for j, row in enumerate(back)
    ]
    pairs, sources, targets = [], set(), set()
    for score, i, j in sorted(found, key=lambda item: -item[0]):
        if i not in sources and j not in targets:
            sources.add(i)
            targets.add(j)
            pairs.append((int(i), int(j), score))
    return pairs


def test_nearest_is_by_cosine_not_by_length() -> None:
    source = unit(np.array([[1, 0.1], [0, 3]], np.float32))
    target = unit(np.array([[100, 100], [2, 0], [0, 0.01]], np.float32))
    indices, scores = nearest(source, target)
    assert indices.tolist() == [1, 2]
    np.testing.assert_allclose(scores, [1 / np.hypot(1, 0.1), 1], rtol=1e-6)


def test_the_nearest_of_equal_sentences_is_the_first() -> None:
    indices, _ = nearest(unit(np.ones((3, 4))), unit(np.ones((50, 4))))
    assert indices.tolist() == [0, 0, 0]


@settings(max_examples=40)
# With one neighbour all mutual pairs have a margin of 1, and rounding orders them.
@given(st.integers(1, 40), st.integers(1, 40), st.integers(2, 5), st.integers(0, 1000))
def test_mining_follows_the_published_procedure(n, m, k, seed) -> None:
    # a common part makes all similarities positive, as sentence embeddings have them
    x, y = normal(n, 16, seed) + 2, normal(m, 16, seed + 1) + 2
    pairs = mine_bitext(unit(x), unit(y), k=k)
    expected = plainly(x, y, k)
    assert [(p.source, p.target) for p in pairs] == [(i, j) for i, j, _ in expected]
    assert [p.score for p in pairs] == pytest.approx([s for _, _, s in expected], rel=1e-4)


def test_translations_hidden_in_noise_are_found() -> None:
    x = normal(300, 32, 0)
    y = np.concatenate((x[:200][::-1] + 0.2 * normal(200, 32, 1), normal(100, 32, 2)))
    pairs = mine_bitext(unit(x), unit(y))
    assert {(p.source, p.target) for p in pairs[:200]} == {(i, 199 - i) for i in range(200)}


@given(st.integers(0, 50))
def test_each_sentence_is_mined_at_most_once_best_first(seed) -> None:
    pairs = mine_bitext(unit(normal(30, 8, seed)), unit(normal(20, 8, seed + 1)))
    assert len({p.source for p in pairs}) == len({p.target for p in pairs}) == len(pairs)
    assert [p.score for p in pairs] == sorted((p.score for p in pairs), reverse=True)
    assert all(p.score > 0 for p in pairs)


def test_the_other_ways_of_retrieval() -> None:
    x, y = unit(normal(30, 8, 0) + 1), unit(normal(20, 8, 1) + 1)
    forward, backward, both = (
        {p[:2]: p.score for p in mine_bitext(x, y, retrieval=way)}
        for way in ("fwd", "bwd", "intersect")
    )
    assert [i for i, _ in forward] == list(range(30))
    assert [j for _, j in backward] == list(range(20))
    assert both == {pair: forward[pair] for pair in forward if pair in backward}
    assert both


def test_the_absolute_margin_is_the_cosine() -> None:
    x, y = unit(normal(10, 8, 0)), unit(normal(12, 8, 1))
    cosines = x.block(0, 10) @ y.block(0, 12).T
    pairs = mine_bitext(x, y, k=12, margin="absolute", retrieval="fwd")
    assert [p.score for p in pairs] == pytest.approx(cosines.max(axis=1).tolist())


def test_an_unknown_margin_or_retrieval_is_refused() -> None:
    x = unit(np.eye(2))
    with pytest.raises(ValueError, match="unknown margin 'best'"):
        mine_bitext(x, x, margin="best")
    with pytest.raises(ValueError, match="retrieval 'min'"):
        mine_bitext(x, x, retrieval="min")


def test_nothing_can_be_mined_from_an_empty_side() -> None:
    empty = unit(np.ones((0, 2)))
    assert mine_bitext(empty, unit(np.eye(2))) == mine_bitext(unit(np.eye(2)), empty) == []
