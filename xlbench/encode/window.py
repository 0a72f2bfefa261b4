"""The values between text and tensors: windows of token ids and what was counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """One row of a batch: all of an example, or one piece of a long one.

    Attributes:
        example: index of the example within the list that was encoded.
        ids: int32 token ids, special tokens included, shape ``(length,)``.
        type_ids: int32 segment ids of the same shape; ``None`` where the tokenizer's
            model has no segments (XLM-R).
        trace: what the kind of task needs to decode this window (positions of first
            sub-words, character offsets, ...); opaque to everybody else.
    """

    example: int
    ids: np.ndarray
    type_ids: np.ndarray | None = None
    trace: Any = None

    @property
    def length(self) -> int:
        """Real tokens of the window, special tokens included."""
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Count:
    """What one example's text amounts to, before any truncation and without overlap.

    Attributes:
        tokens: sub-word tokens, special tokens excluded.
        words: words (given ones for tagging, else split at white space).
        chars: code points that are not white space.
        truncated: whether tokens were lost because the maximum length was exceeded.
    """

    tokens: int
    words: int
    chars: int
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Encoded:
    """Windows of some examples, in order, and one count for each example."""

    windows: tuple[Window, ...]
    counts: tuple[Count, ...]
