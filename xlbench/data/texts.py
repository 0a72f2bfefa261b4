"""Whether a value is text that a tokenizer can read."""

from __future__ import annotations

from typing import Any


def are_texts(*values: Any) -> bool:
    """Return whether all values are texts: columns may be of another type, or null."""
    return all(isinstance(value, str) for value in values)


def is_whole(text: str) -> bool:
    """Return whether the text is free of halves of surrogate pairs.

    A program that cuts UTF-16 in the middle of a character leaves them; JSON can carry them
    (``"\\ud83d"``), and no encoding of Unicode can.
    """
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)
