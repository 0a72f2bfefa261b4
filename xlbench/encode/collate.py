"""From windows to the padded arrays of one batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xlbench.encode.window import Window


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """A padded batch on the host: int64 arrays of shape ``(rows, padded_length)``.

    ``type_ids`` is ``None`` where the model has no segments.
    """

    ids: np.ndarray
    mask: np.ndarray
    type_ids: np.ndarray | None


def collate(windows: Sequence[Window], padded_length: int, pad_id: int, fill: int = 0) -> Arrays:
    """Return the windows as rows padded on the right with ``pad_id`` to one length.

    Args:
        windows: the rows.
        padded_length: of each.
        pad_id: the token of padding.
        fill: rows of nothing else behind them. Their first token counts as a real one: attention
            over none at all is not a number.
    """
    shape = len(windows) + fill, padded_length
    ids = np.full(shape, pad_id, dtype=np.int64)
    mask = np.zeros(shape, dtype=np.int64)
    segmented = windows[0].type_ids is not None
    type_ids = np.zeros(shape, dtype=np.int64) if segmented else None
    for row, window in enumerate(windows):
        length = window.length
        ids[row, :length] = window.ids
        mask[row, :length] = 1
        if type_ids is not None and window.type_ids is not None:
            type_ids[row, :length] = window.type_ids
    mask[len(windows) :, 0] = 1
    return Arrays(ids, mask, type_ids)
