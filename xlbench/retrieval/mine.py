"""Nearest neighbours and mined pairs of two sets of sentence embeddings, by cosine.

Source: Artetxe and Schwenk 2019 (arXiv 1811.01136), section 3, and ``mine_bitext`` in
google-research/xtreme, third_party/utils_retrieve.py (after LASER).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xlbench.retrieval.margin import MARGINS, candidate_margins
from xlbench.retrieval.search import top_k
from xlbench.retrieval.vectors import Vectors

NEIGHBOURS = 4

Mined = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Of each pair the index of the source, that of the target, and the margin."""


class Pair(NamedTuple):
    """A source and a target sentence, by index, and the margin of the two."""

    source: int
    target: int
    score: float


def nearest(source: Vectors, target: Vectors) -> tuple[np.ndarray, np.ndarray]:
    """Return index and cosine of the nearest target of each source sentence, shape ``(n,)``.

    XTREME's ``similarity_search`` takes the smallest Euclidean distance between vectors of
    unit length, which is the same order. Equally near ones: the lowest index.

    Args:
        source: of unit length (``vectors.unit``).
        target: of unit length, at least one.
    """
    scores, indices = top_k(source, target, 1)
    return indices[:, 0], scores[:, 0]


def mine_bitext(
    source: Vectors,
    target: Vectors,
    k: int = NEIGHBOURS,
    margin: str = "ratio",
    retrieval: str = "max",
) -> list[Pair]:
    """Return the pairs that are mined, with the highest margin first for ``max``.

    Args:
        source: of unit length (``vectors.unit``), duplicates left out (``duplicates``).
        target: the same for the other side.
        k: neighbours considered in each direction.
        margin: ``ratio``, ``distance`` or ``absolute``.
        retrieval: ``fwd``: the best target of each source; ``bwd``: the best source of each
            target; ``intersect``: the pairs in both; ``max``: the pairs in either, best
            first, each sentence once, those with a positive margin. Equal margins: forward
            before backward, then lowest index first.

    Raises:
        ValueError: an unknown margin or retrieval.
    """
    columns = (part.tolist() for part in mined(source, target, k, margin, retrieval))
    return [Pair(*row) for row in zip(*columns, strict=True)]


def mined(
    source: Vectors,
    target: Vectors,
    k: int = NEIGHBOURS,
    margin: str = "ratio",
    retrieval: str = "max",
) -> Mined:
    """Return the same as ``mine_bitext`` in columns, which take 20 bytes for each pair."""
    if margin not in MARGINS or retrieval not in ("fwd", "bwd", "intersect", "max"):
        raise ValueError(f"mine_bitext: unknown margin {margin!r} or retrieval {retrieval!r}")
    if not len(source) or not len(target):
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)
    similar, there = top_k(source, target, k)
    similar_back, back = top_k(target, source, k)
    mean, mean_back = similar.mean(axis=1), similar_back.mean(axis=1)
    how = MARGINS[margin]
    forward, forward_score = _best(candidate_margins(similar, there, mean, mean_back, how), there)
    backward, backward_score = _best(
        candidate_margins(similar_back, back, mean_back, mean, how), back
    )
    sources, targets = np.arange(len(source)), np.arange(len(target))
    match retrieval:
        case "fwd":
            return sources, forward, forward_score
        case "bwd":
            return backward, targets, backward_score
        case "intersect":
            mutual = backward[forward] == sources
            return sources[mutual], forward[mutual], forward_score[mutual]
        case _:
            return _greedy(
                np.concatenate((sources, backward)),
                np.concatenate((forward, targets)),
                np.concatenate((forward_score, backward_score)),
            )


def _best(margins: np.ndarray, neighbours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    column = margins.argmax(axis=1)[:, None]
    return (
        np.take_along_axis(neighbours, column, axis=1)[:, 0],
        np.take_along_axis(margins, column, axis=1)[:, 0],
    )


def _greedy(sources: np.ndarray, targets: np.ndarray, scores: np.ndarray) -> Mined:
    order = np.argsort(-scores, kind="stable")
    used_sources = np.zeros(sources.max() + 1, bool)
    used_targets = np.zeros(targets.max() + 1, bool)
    kept = np.zeros(len(order), bool)
    for place, pair in enumerate(order):
        source, target = sources[pair], targets[pair]
        if not used_sources[source] and not used_targets[target]:
            used_sources[source] = used_targets[target] = True
            kept[place] = scores[pair] > 0
    best = order[kept]
    return sources[best], targets[best], scores[best]
