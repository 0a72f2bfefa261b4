"""What a line of a data file becomes: plain values, one class a kind of task.

Readers (``data/``) make them, ``tasks/`` turn them into token ids and metrics read their
gold side. They cross the pipe to a worker as plain lists, so they hold only strings and
tuples. ``None`` for a label, tags or answers means: the file carries no labels.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PairExample:
    """Two sentences and the class of their relation (XNLI, PAWS-X)."""

    id: str
    text_a: str
    text_b: str
    label: str | None


@dataclass(frozen=True, slots=True)
class TaggingExample:
    """A sentence as words, and one tag a word (UD-POS, PAN-X)."""

    id: str
    words: tuple[str, ...]
    tags: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class QuestionExample:
    """A question and the paragraph that answers it (XQuAD, MLQA, TyDiQA-GoldP).

    ``answers`` are the accepted answer texts, ``answer_starts`` their offsets in
    ``context`` in Unicode code points; both are ``None`` without labels.
    """

    id: str
    question: str
    context: str
    answers: tuple[str, ...] | None
    answer_starts: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class SentenceExample:
    """One sentence of one side of a retrieval task (BUCC, Tatoeba).

    Attributes:
        side: ``source`` (the language of the cell) or ``target`` (English).
        split: ``test``, or ``dev`` for the sentences on which BUCC's threshold is chosen.
        gold: on the source side, the ids of its translations on the target side (empty:
            it has none); ``None`` without labels and on the target side.
    """

    id: str
    text: str
    side: str
    split: str
    gold: tuple[str, ...] | None


Example = PairExample | TaggingExample | QuestionExample | SentenceExample

_KINDS: dict[str, type[Example]] = {
    "pair": PairExample,
    "tagging": TaggingExample,
    "question": QuestionExample,
    "sentence": SentenceExample,
}
_NAMES = {cls: name for name, cls in _KINDS.items()}


def to_wire(example: Example) -> list[Any]:
    """Return the example as a JSON-ready list: its kind, then its fields in order."""
    return [_NAMES[type(example)], *astuple(example)]


def from_wire(row: list[Any]) -> Example:
    """Return the example that ``to_wire`` made ``row`` from."""
    kind, *fields = row
    values: list[Any] = [tuple(f) if isinstance(f, list) else f for f in fields]
    return _KINDS[kind](*values)


def without_gold(example: Example) -> Example:
    """Return the example with its gold side removed, as a worker gets it.

    A worker never sees a label, so that no prediction can depend on one.
    """
    match example:
        case PairExample():
            return PairExample(example.id, example.text_a, example.text_b, None)
        case TaggingExample():
            return TaggingExample(example.id, example.words, None)
        case QuestionExample():
            return QuestionExample(example.id, example.question, example.context, None, None)
        case SentenceExample():
            return SentenceExample(example.id, example.text, example.side, example.split, None)
