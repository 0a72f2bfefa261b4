"""A pair of sentences."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class PairExample:
    """Two sentences and the class of their relation; ``None``: the file carries no labels."""

    id: str
    text_a: str
    text_b: str
    label: str | None


def has_gold(example: PairExample) -> bool:
    """Return whether the example carries its label."""
    return example.label is not None


def without_gold(example: PairExample) -> PairExample:
    """Return the example without its label."""
    return replace(example, label=None)
