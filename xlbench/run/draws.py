"""The examples of each cell: all that the data has, or a sample of them."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from xlbench.data.sampling import stratified
from xlbench.data.source import Source
from xlbench.examples import Example
from xlbench.settings import Settings
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.wire import text_length


@dataclass(frozen=True, slots=True)
class Draw:
    """Which examples of a cell were drawn.

    Attributes:
        indices: those drawn, ascending.
        population: how many there are.
    """

    indices: np.ndarray
    population: int


class Draws:
    """Reads cells; where a sample is asked for, draws it at the first reading and keeps to it.

    Args:
        source: the data.
        settings: of the run.
    """

    def __init__(self, source: Source, settings: Settings) -> None:
        self._source, self._settings = source, settings
        self._known: dict[tuple[str, str], Draw] = {}

    def examples(self, task: str, language: str) -> Iterator[Example]:
        """Yield the examples of a cell."""
        if not self._sampled(task):
            yield from self._all(task, language)
            return
        wanted = iter(self._draw(task, language).indices.tolist())
        following = next(wanted, None)
        for index, example in enumerate(self._all(task, language)):
            if index == following:
                yield example
                following = next(wanted, None)
                if following is None:
                    return

    def population(self, task: str, language: str) -> int | None:
        """Return of how many examples the cell's are a sample; ``None``: they are all."""
        if not self._sampled(task):
            return None
        draw = self._draw(task, language)
        return draw.population if len(draw.indices) < draw.population else None

    def _sampled(self, task: str) -> bool:
        # A search among fewer sentences is another, easier task.
        return self._settings.sample is not None and TASKS[task].kind.search is None

    def _draw(self, task: str, language: str) -> Draw:
        key = task, language
        if key not in self._known:
            assert self._settings.sample is not None
            lengths = array("i", map(text_length, self._all(task, language)))
            # Languages with the same examples in translation are not to share their draw's luck.
            seed = zlib.crc32(f"{self._settings.seed} {task} {language}".encode())
            indices = stratified(np.array(lengths), self._settings.sample, seed)
            self._known[key] = Draw(indices, len(lengths))
        return self._known[key]

    def _all(self, task: str, language: str) -> Iterator[Example]:
        return self._source.examples(task, language, self._settings.limit)
