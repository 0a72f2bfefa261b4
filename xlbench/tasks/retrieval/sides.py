"""The sentences of a cell by side and split, with their embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xlbench.printable import shown
from xlbench.retrieval.vectors import Vectors, unit
from xlbench.tasks.retrieval.example import SentenceExample
from xlbench.tasks.task import Task


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Sentences and their embeddings.

    Attributes:
        task: whose they are, for messages.
        examples: both sides, all splits.
        embeddings: row ``i`` belongs to ``examples[i]``; an array of any size and float type,
            on disk too (``numpy.memmap``).
    """

    task: Task
    examples: Sequence[SentenceExample]
    embeddings: np.ndarray

    def __post_init__(self) -> None:
        if len(self.embeddings) != len(self.examples) or self.embeddings.ndim != 2:
            raise ValueError(
                f"{self.task.name}: expected embeddings of shape ({len(self.examples)}, dim), "
                f"found {self.embeddings.shape}"
            )

    def rows(self, side: str, split: str) -> np.ndarray:
        """Return the indices of the sentences of one side of a split, in order."""
        return np.array(
            [i for i, e in enumerate(self.examples) if (e.side, e.split) == (side, split)],
            dtype=np.int64,
        )

    def unit(self, rows: np.ndarray) -> Vectors:
        """Return the embeddings of the rows, scaled to length 1.

        Raises:
            UserError: an embedding is zero or not finite.
        """

        def name(row: int) -> str:
            example = self.examples[row]
            return f"{self.task.name}, {example.split} sentence {shown(example.id)}"

        return unit(self.embeddings, name, rows)
