"""The k best scores that each of some queries has met so far."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

_SEGMENT = 16

# Scores looked at in one go: where all vectors are equal, every score of a tile qualifies.
_CANDIDATES = 2**20


def padded(rows: int) -> int:
    """Return ``rows`` rounded up to whole segments."""
    return -(-rows // _SEGMENT) * _SEGMENT


class Best:
    """Running top-k of ``queries`` queries; tiles must be offered in the order of indices.

    Attributes:
        scores: float32, shape ``(queries, k)``, descending; -inf where nothing was met.
        indices: int64, of the same shape; -1 where nothing was met.
    """

    def __init__(self, queries: int, k: int) -> None:
        self.k = k
        self.scores = np.full((queries, k), -np.inf, np.float32)
        self.indices = np.full((queries, k), -1, np.int64)

    def offer(self, tile: np.ndarray, first: int) -> None:
        """Take in the scores of the next rows of the database.

        Equal scores keep the lower index, because a later one must exceed the k-th best.

        Args:
            tile: float32, shape ``(rows, queries)``, with rows of -inf at the end that make
                whole segments of it (``padded``).
            first: the index of the tile's first row.
        """
        segments = tile.reshape(-1, _SEGMENT, tile.shape[1])
        maxima = segments.max(axis=1)
        bar = np.ascontiguousarray(self.scores[:, -1])
        hit = maxima > bar
        hits = int(np.count_nonzero(hit))
        if hits > 4 * self.k * len(bar):
            bar = _raised(bar, maxima, self.k)
            hit = maxima > bar
            hits = int(np.count_nonzero(hit))
        groups = min(len(bar), 1 + hits * _SEGMENT // _CANDIDATES)
        for a, b in pairwise(np.linspace(0, len(bar), groups + 1).astype(int).tolist()):
            segment, query = np.divmod(np.flatnonzero(hit[:, a:b]), b - a)
            query += a
            scores = segments.transpose(0, 2, 1)[segment, query]
            which, offset = np.divmod(np.flatnonzero(scores > bar[query, None]), _SEGMENT)
            rows = segment[which] * _SEGMENT + offset
            if len(rows):
                self._merge(query[which], first + rows, scores[which, offset])

    def _merge(self, query: np.ndarray, index: np.ndarray, score: np.ndarray) -> None:
        """Merge candidates, of each query in the order of their indices."""
        order = np.argsort(_small(query, len(self.scores)), kind="stable")
        query, index, score = query[order], index[order], score[order]
        starts = np.flatnonzero(np.diff(query, prepend=-1))
        counts = np.diff(starts, append=len(query))
        place = np.arange(len(query)) - np.repeat(starts, counts)
        group = np.repeat(np.arange(len(starts)), counts)
        whose = query[starts]
        width = self.k + int(counts.max())
        scores = np.full((len(starts), width), -np.inf, np.float32)
        indices = np.full((len(starts), width), -1, np.int64)
        scores[:, : self.k], indices[:, : self.k] = self.scores[whose], self.indices[whose]
        scores[group, self.k + place], indices[group, self.k + place] = score, index
        top = np.argsort(-scores, axis=1, kind="stable")[:, : self.k]
        self.scores[whose] = np.take_along_axis(scores, top, axis=1)
        self.indices[whose] = np.take_along_axis(indices, top, axis=1)


def _raised(bar: np.ndarray, maxima: np.ndarray, k: int) -> np.ndarray:
    """Return ``bar`` raised to just below the k-th largest maximum, where that is higher.

    Each of ``k`` segments has a score at or above the k-th largest maximum, so the k-th best
    score is not below it.
    """
    segments = len(maxima)
    if segments < k:
        return bar
    by_query = np.ascontiguousarray(maxima.T)
    bound = np.partition(by_query, segments - k, axis=1)[:, segments - k]
    raised: np.ndarray = np.maximum(bar, np.nextafter(bound, np.float32(-np.inf)))
    return raised


def _small(query: np.ndarray, queries: int) -> np.ndarray:
    """Return ``query`` in 16 bits where they suffice: numpy sorts those by radix."""
    return query.astype(np.uint16) if queries <= 2**16 else query
