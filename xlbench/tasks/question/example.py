"""A question about a paragraph."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class QuestionExample:
    """A question and the paragraph that answers it.

    ``answers`` are the accepted answer texts, ``answer_starts`` their offsets in ``context`` in
    Unicode code points; both are ``None`` without labels.
    """

    id: str
    question: str
    context: str
    answers: tuple[str, ...] | None
    answer_starts: tuple[int, ...] | None


def has_gold(example: QuestionExample) -> bool:
    """Return whether the example carries its answers."""
    return example.answers is not None


def without_gold(example: QuestionExample) -> QuestionExample:
    """Return the example without its answers."""
    return replace(example, answers=None, answer_starts=None)
