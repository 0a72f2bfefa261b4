"""From the embeddings of a cell's sentences to its predictions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlbench.examples import SentenceExample
from xlbench.metrics.retrieved import prediction_id
from xlbench.predictions import Prediction
from xlbench.retrieval.duplicates import last_of_each, repeated
from xlbench.retrieval.mine import mine_bitext, nearest
from xlbench.retrieval.vectors import Vectors, unit
from xlbench.tasks.catalogue import Task


def predict(
    task: Task, examples: Sequence[SentenceExample], embeddings: np.ndarray
) -> list[Prediction]:
    """Return the predictions of a retrieval cell.

    Tatoeba: for each English sentence the nearest one in the language (what XTREME scores),
    then for each sentence in the language the nearest English one; the score is the cosine.
    BUCC: for each source sentence of each split the target sentence it was mined with and
    the ratio margin, or an empty value and no score; sentences that a side has more than
    once get none.

    Args:
        task: ``tatoeba`` or ``bucc2018``.
        examples: both sides, all splits; gold is not looked at.
        embeddings: row ``i`` belongs to ``examples[i]``; an array of any size and float type,
            on disk too (``numpy.memmap``).

    Raises:
        UserError: an embedding is zero or not finite.
        ValueError: not one embedding for each example, or no retrieval task.
    """
    if len(embeddings) != len(examples) or embeddings.ndim != 2:
        raise ValueError(
            f"{task.name}: expected embeddings of shape ({len(examples)}, dim), "
            f"found {embeddings.shape}"
        )
    sides = _Sides(task, examples, embeddings)
    match task.name:
        case "tatoeba":
            return [*sides.nearest("target", "source"), *sides.nearest("source", "target")]
        case "bucc2018":
            splits = dict.fromkeys(e.split for e in examples)
            return [prediction for split in splits for prediction in sides.mined(split)]
        case _:
            raise ValueError(f"{task.name}: expected a retrieval task")


class _Sides:
    """The sentences of a cell by side and split, with their embeddings."""

    def __init__(
        self, task: Task, examples: Sequence[SentenceExample], embeddings: np.ndarray
    ) -> None:
        self.task, self.examples, self.embeddings = task, examples, embeddings

    def nearest(self, side: str, other: str) -> list[Prediction]:
        queries, database = self._rows(side, "test"), self._rows(other, "test")
        if not len(queries) or not len(database):
            return [Prediction(self.examples[i].id, "") for i in queries]
        indices, scores = nearest(self._unit(queries), self._unit(database))
        return [
            Prediction(self.examples[i].id, self.examples[database[j]].id, score)
            for i, j, score in zip(queries, indices, scores.tolist(), strict=True)
        ]

    def mined(self, split: str) -> list[Prediction]:
        rows = {side: self._rows(side, split) for side in ("source", "target")}
        texts = {side: [self.examples[i].text for i in rows[side]] for side in rows}
        unique = {side: rows[side][last_of_each(texts[side])] for side in rows}
        doubtful = {int(rows[side][i]) for side in rows for i in repeated(texts[side])}
        found: dict[int, Prediction] = {}
        for pair in mine_bitext(self._unit(unique["source"]), self._unit(unique["target"])):
            i, j = int(unique["source"][pair.source]), int(unique["target"][pair.target])
            if i not in doubtful and j not in doubtful:
                key = prediction_id(self.examples[i])
                found[i] = Prediction(key, self.examples[j].id, pair.score)
        return [
            found.get(int(i), Prediction(prediction_id(self.examples[i]), ""))
            for i in rows["source"]
        ]

    def _rows(self, side: str, split: str) -> np.ndarray:
        return np.array(
            [i for i, e in enumerate(self.examples) if (e.side, e.split) == (side, split)],
            dtype=np.int64,
        )

    def _unit(self, rows: np.ndarray) -> Vectors:
        def name(row: int) -> str:
            example = self.examples[row]
            return f"{self.task.name}, {example.split} sentence {example.id!r}"

        return unit(self.embeddings, name, rows)
