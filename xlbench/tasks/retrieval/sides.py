"""The sentences of a cell by side and split, with their embeddings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from xlbench.held.texts import Texts
from xlbench.printable import shown
from xlbench.retrieval.vectors import Vectors, unit
from xlbench.tasks.retrieval.example import SentenceExample
from xlbench.tasks.task import Task


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Which sentences there are, and their embeddings.

    Attributes:
        task: whose they are, for messages.
        ids: of both sides, all splits.
        groups: the (side, split) of each.
        embeddings: row ``i`` belongs to ``ids[i]``; an array of any size and float type, on disk
            too (``numpy.memmap``).
    """

    task: Task
    ids: Texts
    groups: list[tuple[str, str]]
    codes: np.ndarray
    embeddings: np.ndarray

    @property
    def splits(self) -> list[str]:
        """The splits in the order in which they appear."""
        return list(dict.fromkeys(split for _, split in self.groups))

    def rows(self, side: str, split: str) -> np.ndarray:
        """Return the indices of the sentences of one side of a split, in order."""
        if (side, split) not in self.groups:
            return np.empty(0, np.int64)
        return np.flatnonzero(self.codes == self.groups.index((side, split)))

    def unit(self, rows: np.ndarray) -> Vectors:
        """Return the embeddings of the rows, scaled to length 1.

        Raises:
            UserError: an embedding is zero or not finite.
        """

        def name(row: int) -> str:
            _, split = self.groups[self.codes[row]]
            return f"{self.task.name}, {split} sentence {shown(self.ids[row])}"

        return unit(self.embeddings, name, rows)


def sides_of(task: Task, examples: Iterable[SentenceExample], embeddings: np.ndarray) -> Sides:
    """Return the sentences of a cell with their embeddings.

    Raises:
        ValueError: not one embedding for each example.
    """
    ids, codes, known = Texts(), bytearray(), dict[tuple[str, str], int]()
    for example in examples:
        ids.extend((example.id,))
        codes.append(known.setdefault((example.side, example.split), len(known)))
    if len(embeddings) != len(ids) or embeddings.ndim != 2:
        raise ValueError(
            f"{task.name}: expected embeddings of shape ({len(ids)}, dim), found {embeddings.shape}"
        )
    return Sides(task, ids, list(known), np.frombuffer(codes, np.uint8), embeddings)
