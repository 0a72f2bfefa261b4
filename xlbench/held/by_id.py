"""Predictions by the ids of their examples, wherever the predictions themselves are held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xlbench.held.places import Places
from xlbench.held.texts import Texts
from xlbench.predictions import Prediction


class ById(Mapping[str, Prediction]):
    """A mapping that holds no more than the ids and where they stand.

    Args:
        predictions: in any order.
    """

    def __init__(self, predictions: Sequence[Prediction]) -> None:
        self._predictions = predictions
        self._ids = Texts(prediction.id for prediction in predictions)
        self._places = Places(self._ids)

    def __getitem__(self, key: str) -> Prediction:
        place = self._places.get(key)
        if place is None:
            raise KeyError(key)
        return self._predictions[place]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def twice(self) -> str | None:
        """Return an id that several predictions have; ``None``: there is none."""
        return self._places.twice()
