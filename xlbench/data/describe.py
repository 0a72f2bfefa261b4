"""A task's layout in a few words, for the manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from xlbench.data.places import XTREME_LAYOUT
from xlbench.errors import UserError
from xlbench.examples import Example

UNLABELLED = "without labels"


@dataclass(frozen=True, slots=True)
class Traits:
    """What is to be said of one cell: whose layout its files have, and what is special."""

    layout: str
    special: frozenset[str] = frozenset()


def describe(traits: Mapping[str, Traits]) -> str:
    """Return the layout of a task, such as ``xtreme without labels; dev split: de``.

    Args:
        traits: of the cell of each language. What all share comes first, the rest with its
            languages.
    """
    if not traits:
        return "nothing found"
    layouts = list(dict.fromkeys(trait.layout for trait in traits.values()))
    base = layouts[0] if len(layouts) == 1 else XTREME_LAYOUT
    special = {
        language: trait.special | ({trait.layout} - {base}) for language, trait in traits.items()
    }
    common = frozenset.intersection(*special.values())
    head = f"{base} {UNLABELLED}" if UNLABELLED in common else base
    parts = [", ".join([head, *sorted(common - {UNLABELLED})])]
    for trait in sorted(frozenset.union(*special.values()) - common):
        parts.append(f"{trait}: {' '.join(lg for lg in special if trait in special[lg])}")
    return "; ".join(parts)


def is_labelled(
    open_cell: Callable[[], Iterator[Example]], has_gold: Callable[[Example], bool]
) -> bool:
    """Return whether the first of the examples that ``open_cell`` returns carries its gold side.

    A cell that cannot be read counts as labelled: what is wrong with it is said when it is
    measured.
    """
    try:
        return has_gold(next(open_cell()))
    except UserError:
        return True
