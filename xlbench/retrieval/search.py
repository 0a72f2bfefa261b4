"""Exact top-k search by inner product, in tiles, so that memory is bounded.

A tile of scores comes from one matrix product. Then only the maximum of each short segment
of a query's scores is looked at: where it does not exceed the query's k-th best score so
far, the segment holds nothing of use. After the first tiles hardly any does exceed it, and
the search costs little more than the products.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from xlbench.retrieval.best import Best, padded
from xlbench.retrieval.vectors import Vectors

MEMORY_BYTES = 32 * 2**20
_TILE_ROWS = 2560


def top_k(
    queries: Vectors,
    database: Vectors,
    k: int,
    *,
    memory_bytes: int = MEMORY_BYTES,
    threads: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ``k`` rows of ``database`` with the largest inner product with each query.

    Args:
        queries: ``n`` vectors.
        database: ``m`` vectors of the same dimension, at least one.
        k: at least 1; no more than ``m`` are returned.
        memory_bytes: of a tile of scores; what is picked from it takes about as much again.
        threads: that pick from a tile; one per usable processor by default. The matrix
            product has its own (``OMP_NUM_THREADS``).

    Returns:
        float32 scores and int64 indices, shape ``(n, min(k, m))``, best first, equal scores
        in the order of their indices. Scores are as BLAS sums them in float32: two equal
        rows of ``database`` may differ in the last bit if they fall into different tiles.

    Raises:
        ValueError: wrong ``k`` or shapes, or scores that are not finite.
    """
    n, m = len(queries), len(database)
    if k < 1 or m < 1 or queries.dim != database.dim:
        raise ValueError(
            f"top_k: expected k >= 1 and something of the same dimension to search in, found "
            f"k = {k}, {n} x {queries.dim} in {m} x {database.dim}"
        )
    k = min(k, m)
    scores, indices = np.empty((n, k), np.float32), np.empty((n, k), np.int64)
    threads = threads or _processors()
    tile_rows = _even(m, max(_TILE_ROWS, k))
    columns = _even(n, max(1, memory_bytes // (4 * tile_rows)))
    memory = np.empty(padded(tile_rows) * columns, np.float32)
    with ThreadPoolExecutor(threads) as pool:
        for start in range(0, n, columns):
            block = queries.block(start, min(n, start + columns))
            edges = np.linspace(0, len(block), threads + 1).astype(int)
            spans = [slice(a, b) for a, b in pairwise(edges.tolist()) if a < b]
            best = [Best(span.stop - span.start, k) for span in spans]
            for first in range(0, m, tile_rows):
                rows = database.block(first, min(m, first + tile_rows))
                tile = memory[: padded(len(rows)) * len(block)].reshape(-1, len(block))
                np.matmul(rows, block.T, out=tile[: len(rows)])
                tile[len(rows) :] = -np.inf
                parts = [tile[:, span] for span in spans]
                list(pool.map(Best.offer, best, parts, [first] * len(parts)))
            for span, found in zip(spans, best, strict=True):
                scores[start + span.start : start + span.stop] = found.scores
                indices[start + span.start : start + span.stop] = found.indices
    if (indices < 0).any():
        raise ValueError("top_k: expected finite scores, found an overflow or NaN")
    return scores, indices


def _even(total: int, most: int) -> int:
    """Return the size of equal parts of ``total``, ``most`` at the largest."""
    return -(-total // -(-total // most)) if total else 1


def _processors() -> int:
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1
