"""How wide a text will be, without the font: on the safe side for the usual sans-serif ones."""

from __future__ import annotations

import unicodedata

_NARROW = frozenset("iljtfr.,:;!'|()[] I/")
_WIDE = frozenset("mwMW@%—")


def text_width(text: str, size: float) -> float:
    """Return the width of a line of text in pixels, as in DejaVu Sans, the widest in use."""
    return size * sum(map(_em, text))


def shortened(text: str, size: float, room: float) -> str:
    """Return the text, cut in its middle with an ellipsis where it is wider than ``room``."""
    if text_width(text, size) <= room:
        return text
    for kept in range(len(text) - 1, 1, -1):
        head = (kept + 1) // 2
        cut = f"{text[:head]}…{text[len(text) - (kept - head) :]}"
        if text_width(cut, size) <= room:
            return cut
    return "…"


def _em(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in _NARROW:
        return 0.38
    if character in _WIDE:
        return 0.96
    return 0.70 if character.isupper() else 0.63
