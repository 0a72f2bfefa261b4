"""A question with several answers to choose from."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class ChoiceExample:
    """A question and its possible answers; ``label`` is the index of the right one."""

    id: str
    question: str
    choices: tuple[str, ...]
    label: int | None


def has_gold(example: ChoiceExample) -> bool:
    """Return whether the example carries its label."""
    return example.label is not None


def without_gold(example: ChoiceExample) -> ChoiceExample:
    """Return the example without its label."""
    return replace(example, label=None)
