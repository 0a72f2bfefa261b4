"""What the kinds share: token ids as arrays, counting of words and characters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


def ids_of(ids: list[int]) -> np.ndarray:
    """Return token ids as int32."""
    return np.array(ids, dtype=np.int32)


def segments(
    tokenizer: PreTrainedTokenizerFast, encoding: Any, index: int | None = None
) -> np.ndarray | None:
    """Return the segment ids of a row, or ``None`` where the model has no segments."""
    if "token_type_ids" not in tokenizer.model_input_names:
        return None
    rows = encoding["token_type_ids"]
    return ids_of(rows if index is None else rows[index])


def words(text: str) -> int:
    """Return the number of words, split at white space."""
    return len(text.split())


def chars(text: str) -> int:
    """Return the number of code points that are not white space."""
    return sum(map(len, text.split()))
