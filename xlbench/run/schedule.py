"""The order of things: waves that share a checkpoint, groups that fit memory, rounds.

A wave is a task: all its cells of all arms, so that each worker holds one checkpoint at a
time. Waves come in random order; inside one, every round visits the undecided cells in a
new random order. All of it follows from the seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from xlbench.cell import ArmCell

AnyCell = TypeVar("AnyCell", bound=tuple[str, ...])
"""A cell of a run, or of a comparison."""

GROUP_BYTES = 64 * 2**20
"""Text that is held open at once: cells beyond it wait for the next group."""

ROUNDS = 3
"""Rounds among which the time of a group is shared out at first."""

MIN_SLICE_S = 0.01


@dataclass(frozen=True, slots=True)
class Group:
    """Cells of one task that are open together: languages, and whether the task goes on."""

    task: str
    languages: tuple[str, ...]


def groups(
    cells: Sequence[ArmCell], bytes_of: dict[tuple[str, str], int], rng: np.random.Generator
) -> list[Group]:
    """Return the groups of a run: tasks in random order, languages in random order.

    Args:
        cells: all cells.
        bytes_of: size of the data of each (task, language).
        rng: the source of the order.
    """
    tasks = sorted({key.task for key in cells})
    found = []
    for task in rng.permutation(tasks).tolist():
        languages = sorted({key.language for key in cells if key.task == task})
        held: list[str] = []
        size = 0
        for language in rng.permutation(languages).tolist():
            more = bytes_of.get((task, language), 0)
            if held and size + more > GROUP_BYTES:
                found.append(Group(task, tuple(held)))
                held, size = [], 0
            held.append(language)
            size += more
        found.append(Group(task, tuple(held)))
    return found


def shuffled(cells: Iterable[AnyCell], rng: np.random.Generator) -> Iterator[AnyCell]:
    """Yield the cells in random order."""
    known = sorted(cells)
    for index in rng.permutation(len(known)).tolist():
        yield known[index]


def slice_s(left_s: float, undecided: int, round_index: int) -> float:
    """Return the seconds of one visit: what is left, shared by cells and rounds to come."""
    rounds = max(1, ROUNDS - round_index)
    return max(MIN_SLICE_S, left_s / max(1, undecided) / rounds)
