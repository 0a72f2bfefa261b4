"""Chunks in a sequence of tags, by the rules of seqeval 0.0.12.

That version was current when XTREME's ``evaluate.py`` was published (its
``install_tools.sh`` names none). Its rules are those of conlleval: a chunk begins with B or
S, with I or E that nothing opened, or wherever the type changes, whether or not the tag
carries a prefix. A tag's first letter is taken for its prefix, and what follows its last
hyphen for its type. Tags without prefix, as in UD-POS, therefore make chunks of equal
neighbours; only SCONJ and SYM, which begin with S, are a chunk for each word.
"""

from __future__ import annotations

from collections.abc import Sequence

Chunk = tuple[str, int, int]
"""Type, first and last position."""

_OUTSIDE = "O."


def chunks(tags: Sequence[str]) -> set[Chunk]:
    """Return the chunks of one sentence.

    Sentences can be taken one by one: seqeval puts an O after each, so no chunk spans two.

    Source: ``get_entities`` in seqeval/metrics/sequence_labeling.py, version 0.0.12.
    """
    found: set[Chunk] = set()
    begin, before, type_before = 0, "O", ""
    for position, label in enumerate((*tags, "O")):
        tag, type_ = label[0], label.rpartition("-")[2]
        if _ends(before, tag, type_before != type_):
            found.add((type_before, begin, position - 1))
        if _starts(before, tag, type_before != type_):
            begin = position
        before, type_before = tag, type_
    return found


def _ends(before: str, tag: str, new_type: bool) -> bool:
    return (
        before in "ES" or (before in "BI" and tag in "BSO") or (before not in _OUTSIDE and new_type)
    )


def _starts(before: str, tag: str, new_type: bool) -> bool:
    return tag in "BS" or (tag in "EI" and before in "ESO") or (tag not in _OUTSIDE and new_type)
