"""From windows to the arrays of a batch without padding: rows one behind the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from xlbench.encode.window import Window

Runs = tuple[tuple[int, int], ...]
"""Neighbouring rows of one length: how many, and how long each."""


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """A packed batch on the host.

    Attributes:
        ids: int64, shape ``(1, tokens)``: all rows, one behind the other.
        positions: int64, of the same shape: of each token within its row, from 0.
        starts: int32, shape ``(rows + 1,)``: where each row begins, and where the last ends.
        type_ids: int64, shape ``(1, tokens)``; ``None`` where the model has no segments.
        runs: the rows in their order.
    """

    ids: np.ndarray
    positions: np.ndarray
    starts: np.ndarray
    type_ids: np.ndarray | None
    runs: Runs


def join(windows: Sequence[Window]) -> Joined:
    """Return the windows as one packed batch."""
    lengths = [window.length for window in windows]
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    begins = np.repeat(starts[:-1], lengths)
    types = [window.type_ids for window in windows if window.type_ids is not None]
    return Joined(
        ids=_in_a_row([window.ids for window in windows]),
        positions=(np.arange(len(begins)) - begins).astype(np.int64)[None],
        starts=starts,
        type_ids=_in_a_row(types) if types else None,
        runs=tuple((len(list(same)), length) for length, same in groupby(lengths)),
    )


def _in_a_row(parts: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate(parts).astype(np.int64)[None]
