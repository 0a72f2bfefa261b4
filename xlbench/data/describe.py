"""A task's layout in a few words, for the manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from xlbench.data.layouts import ALIGNED
from xlbench.errors import UserError
from xlbench.examples import Example, PairExample, QuestionExample, SentenceExample, TaggingExample

UNLABELLED = "without labels"


def describe(base: str, traits: Mapping[str, frozenset[str]]) -> str:
    """Return the layout, such as ``xtreme without labels; dev split: de``.

    Args:
        base: the layout without special traits, ``xtreme`` or ``parquet``.
        traits: for each language what is special about its cell. What all share comes
            first, the rest with its languages.
    """
    if not traits:
        return "nothing found"
    common = frozenset.intersection(*traits.values())
    head = ALIGNED if ALIGNED in common else base
    if UNLABELLED in common:
        head = f"{head} {UNLABELLED}"
    parts = [", ".join([head, *sorted(common - {ALIGNED, UNLABELLED})])]
    for trait in sorted(frozenset.union(*traits.values()) - common):
        parts.append(f"{trait}: {' '.join(lg for lg in traits if trait in traits[lg])}")
    return "; ".join(parts)


def is_labelled(open_cell: Callable[[], Iterator[Example]]) -> bool:
    """Return whether the first of the examples that ``open_cell`` returns carries its gold side.

    A cell that cannot be read counts as labelled: what is wrong with it is said when it is
    measured.
    """
    try:
        first = next(open_cell())
    except UserError:
        return True
    match first:
        case PairExample():
            return first.label is not None
        case TaggingExample():
            return first.tags is not None
        case QuestionExample():
            return first.answers is not None
        case SentenceExample():
            return first.gold is not None
