"""A tokenizer's own template: which special tokens it puts around one text and around two.

Read off what the tokenizer does to texts of no tokens and of one, so that no special token is put
by hand: a template may have none at one end, or two of a kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

_WORD = "a"


@dataclass(frozen=True, slots=True)
class Template:
    """Special tokens around token ids.

    Attributes:
        before: in front of a single text.
        after: behind a single text.
        first: in front of the first of two texts.
        between: between two texts.
        last: behind the second of two texts.
        segments: segment ids of ``first``, first text, ``between``, second text and ``last``;
            ``None`` where the model has no segments.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    first: tuple[int, ...]
    between: tuple[int, ...]
    last: tuple[int, ...]
    segments: tuple[tuple[int, ...], int, tuple[int, ...], int, tuple[int, ...]] | None

    def one(self, ids: Sequence[int]) -> tuple[np.ndarray, np.ndarray | None]:
        """Return ids and segments of one text with its special tokens, int32 each."""
        whole = np.array([*self.before, *ids, *self.after], dtype=np.int32)
        return whole, None if self.segments is None else np.zeros(len(whole), dtype=np.int32)

    def two(
        self, ids: Sequence[int], more: Sequence[int]
    ) -> tuple[np.ndarray, np.ndarray | None, int]:
        """Return ids and segments of two texts, and where the second text begins."""
        front = [*self.first, *ids, *self.between]
        whole = np.array([*front, *more, *self.last], dtype=np.int32)
        if self.segments is None:
            return whole, None, len(front)
        first, of_first, between, of_second, last = self.segments
        types = [*first, *[of_first] * len(ids), *between, *[of_second] * len(more), *last]
        return whole, np.array(types, dtype=np.int32), len(front)


def template_of(tokenizer: PreTrainedTokenizerFast) -> Template:
    """Return a tokenizer's template."""
    text = tokenizer(_WORD, add_special_tokens=False)["input_ids"]
    n = len(text)
    one: list[int] = tokenizer(_WORD)["input_ids"]
    pair = tokenizer(_WORD, _WORD, return_token_type_ids=True)
    two, types = pair["input_ids"], pair["token_type_ids"]
    sequence = pair.sequence_ids(0)
    start = _begin(one, text)
    a, b = sequence.index(0), sequence.index(1)
    parts = ((0, a), (a + n, b), (b + n, len(two)))
    first, between, last = (tuple(two[i:j]) for i, j in parts)
    segmented = "token_type_ids" in tokenizer.model_input_names
    of_first, of_between, of_last = (tuple(types[i:j]) for i, j in parts)
    return Template(
        before=tuple(one[:start]),
        after=tuple(one[start + n :]),
        first=first,
        between=between,
        last=last,
        segments=(of_first, types[a], of_between, types[b], of_last) if segmented else None,
    )


def _begin(whole: list[int], part: list[int]) -> int:
    return next(i for i in range(len(whole)) if whole[i : i + len(part)] == part)
