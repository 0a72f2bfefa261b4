"""A sentence of tagged words."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class TaggingExample:
    """A sentence as words, and one tag a word; ``None``: the file carries no tags."""

    id: str
    words: tuple[str, ...]
    tags: tuple[str, ...] | None


def has_gold(example: TaggingExample) -> bool:
    """Return whether the example carries its tags."""
    return example.tags is not None


def without_gold(example: TaggingExample) -> TaggingExample:
    """Return the example without its tags."""
    return replace(example, tags=None)
