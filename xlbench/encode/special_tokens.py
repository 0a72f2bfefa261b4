"""The special tokens of a row, as the tokenizer's own template places them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from xlbench.errors import UserError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

_PROBES = ("a", "1", ".", "的")


@dataclass(frozen=True, slots=True)
class SpecialTokens:
    """Ids of the special tokens around texts.

    Attributes:
        before: in front of the first text.
        between: behind the first of two texts, in front of the second.
        after: behind the last text.
    """

    before: tuple[int, ...]
    between: tuple[int, ...]
    after: tuple[int, ...]


def special_tokens(tokenizer: PreTrainedTokenizerFast) -> SpecialTokens:
    """Return what the tokenizer puts around a text, and between two.

    Read off rows that it makes of short texts, so that nothing depends on which of its tokens the
    tokenizer declares to be ``cls_token`` or ``sep_token``.

    Raises:
        UserError: it puts nothing there, as a tokenizer without a template does.
    """
    found = _KNOWN.get(tokenizer)
    if found is None:
        found = _KNOWN[tokenizer] = _read_off(tokenizer)
    return found


# By reference only: a tokenizer that is unloaded must not stay in memory.
_KNOWN: WeakKeyDictionary[Any, SpecialTokens] = WeakKeyDictionary()


def _read_off(tokenizer: PreTrainedTokenizerFast) -> SpecialTokens:
    for probe in _PROBES:
        if tokenizer(probe, add_special_tokens=False)["input_ids"]:
            break
    row = tokenizer(probe, probe, return_special_tokens_mask=True)
    ids, special = list(row["input_ids"]), list(row["special_tokens_mask"])
    first = special.index(0)
    last = len(special) - special[::-1].index(0)
    inside = [i for i in range(first, last) if special[i]]
    found = SpecialTokens(tuple(ids[:first]), tuple(ids[i] for i in inside), tuple(ids[last:]))
    if not found.before and not found.after:
        raise UserError(
            "the tokenizer puts no special tokens around a text: its tokenizer.json has no "
            "template for them (post_processor). Save the tokenizer as the model was trained with "
            "it, or pass another folder as tokenizer=PATH."
        )
    return found
