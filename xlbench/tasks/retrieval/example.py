"""A sentence of one of two sides, and which sentences translate it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class SentenceExample:
    """One sentence of one side of a retrieval task.

    Attributes:
        side: ``source`` (the language of the cell) or ``target`` (English).
        split: ``test``, or ``dev`` for the sentences on which a threshold is chosen.
        gold: on the source side, the ids of its translations on the target side (empty:
            it has none); ``None`` without labels and on the target side.
    """

    id: str
    text: str
    side: str
    split: str
    gold: tuple[str, ...] | None


def has_gold(example: SentenceExample) -> bool:
    """Return whether the example, one of the source side, carries its translations."""
    return example.gold is not None


def without_gold(example: SentenceExample) -> SentenceExample:
    """Return the example without its translations."""
    return replace(example, gold=None)


def prediction_id(example: SentenceExample) -> str:
    """Return the id of the sentence's prediction: its own, after ``dev:`` in that split.

    BUCC numbers the sentences of every split from 1, so an id alone does not tell a sentence of
    the development split from one of the test split.
    """
    return id_of_prediction(example.id, example.split)


def id_of_prediction(example_id: str, split: str) -> str:
    """Return the same from the id and the split of a sentence."""
    return example_id if split == "test" else f"{split}:{example_id}"


def translations(examples: Iterable[SentenceExample]) -> list[tuple[int, int]]:
    """Return the gold pairs as indices of source and target sentence, in the sources' order.

    Iterates twice; only what the gold names is held.
    """
    gold = [
        (i, (e.split, target))
        for i, e in enumerate(examples)
        if e.side == "source"
        for target in e.gold or ()
    ]
    wanted = {target for _, target in gold}
    places = {
        (e.split, e.id): i
        for i, e in enumerate(examples if wanted else ())
        if e.side == "target" and (e.split, e.id) in wanted
    }
    return [(i, places[target]) for i, target in gold if target in places]
