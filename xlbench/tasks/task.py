"""A task as a value, and its kind: everything that differs between kinds of task, as functions.

Nothing outside ``tasks/`` asks a task for its name to know what to do with it. Knows
tokenizers, numpy and the readers' tools, and neither torch nor a clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xlbench.data.hub_files import HubFiles
from xlbench.data.malformed import MalformedRows
from xlbench.data.places import CellFiles, Place
from xlbench.encode.form import InputForm
from xlbench.encode.window import Encoded, Window
from xlbench.examples import Example
from xlbench.metrics.measure import Measure
from xlbench.predictions import Prediction

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

Outputs = tuple[np.ndarray, ...]
HubSplits = Sequence[tuple[str, Sequence[Path]]]
"""``test`` (the split evaluated, whatever its name on the Hub), perhaps ``dev``, with files."""


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """What the predictions of a cell are worth, and which of them a submission has.

    Attributes:
        measures: the metrics, the task's main one first; empty without gold.
        submitted: ids of predictions in the order of the submission's lines.
    """

    measures: tuple[Measure, ...]
    submitted: Sequence[str]


@dataclass(frozen=True, slots=True)
class Submission:
    """How a cell's predictions are written for XTREME.

    Attributes:
        extension: of the file, ``tsv`` or ``json``.
        render: from the predictions, in the submission's order, to the file's text.
        chosen: whether only predictions above a threshold are submitted, which needs the gold
            side of the development split.
    """

    extension: str
    render: Callable[[Sequence[Prediction]], str]
    chosen: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """What tasks of a kind have in common; a task may refine it with ``dataclasses.replace``.

    Attributes:
        name: of the kind: its folder below ``tasks/``.
        head: the head that a model must have: ``sequence-classification``,
            ``token-classification``, ``question-answering`` or ``encoder``.
        example: the class of its examples, a frozen dataclass of strings and tuples.
        has_gold: whether an example carries its gold side.
        without_gold: the example as a worker gets it.
        read: yields the examples of files in one of the task's places.
        read_hub: the same, out of the Hub's parquet files.
        encode: from examples to windows and one count for each example, in the form that the
            checkpoint wants; ``Window.example`` indexes the examples.
        decode: the prediction for one example from all its windows: takes the task, the task's
            label for each index of the logits, the example without gold, its windows, and for
            each the float32 rows of the model's outputs without padding: ``(logits,)`` of shape
            ``(classes,)`` or ``(length, tags)``, ``(start, end)`` of shape ``(length,)`` each,
            or ``(embedding,)`` of shape ``(hidden,)``. With ``search`` it returns an embedding.
        score: the metrics of a cell and the order of its submission, from the task, the
            language, the examples with gold and the predictions by id. Without ``search`` it
            is given a list of some of the examples at a time: each example has a row of
            statistics, whatever the others are. With ``search`` it is given all, to be iterated
            over and not held.
        combine: how sums of the main metric's statistics become its value.
        submission: how predictions are written.
        search: from all embeddings of a cell, one for each example, to its predictions; the
            examples are to be iterated over and not held.
        translations: for examples in order, pairs of indices of a sentence and its English
            translation within the cell; ``None``: a cell has no English side.
        headline: the metrics whose mean enters a suite's overall score; empty: the main one.
        words_given: whether the data, not white space, says what a word is.
        open_labels: whether a model may have outputs that are no labels of the task.
    """

    name: str
    head: str
    example: type[Any]
    has_gold: Callable[[Any], bool]
    without_gold: Callable[[Any], Any]
    read: Callable[[Task, CellFiles, MalformedRows, int | None], Iterator[Any]]
    read_hub: Callable[[Task, str, HubSplits, MalformedRows, int | None], Iterator[Any]]
    encode: Callable[[PreTrainedTokenizerFast, Task, Sequence[Any], InputForm], Encoded]
    decode: Callable[
        [Task, Sequence[str], Any, Sequence[Window], Sequence[Outputs]], Prediction | np.ndarray
    ]
    score: Callable[[Task, str, Any, Mapping[str, Prediction]], Score]
    combine: Callable[[np.ndarray], np.ndarray]
    submission: Submission
    search: Callable[[Task, Iterable[Any], np.ndarray], Iterable[Prediction]] | None = None
    translations: Callable[[Iterable[Any]], list[tuple[int, int]]] | None = None
    headline: tuple[str, ...] = ()
    words_given: bool = False
    open_labels: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task of the benchmark.

    Attributes:
        name: as the command line writes it.
        title: as the literature writes it.
        kind: what it shares with other tasks.
        languages: XTREME's two-letter codes, sorted.
        max_length: longest input in tokens, special tokens included.
        metric: name of the main metric.
        places: where its files may stand in a folder; the first place that is there wins.
        hub: where it is in the Hub's dataset; ``None``: it is not there.
        labels: classes or tags, in the order of XTREME's scripts.
        label_aliases: other spellings of labels, as data files have them.
        window_step: tokens from the begin of a window of a long context to that of the next.
        translated: whether every language has the English examples in translation, under the
            same ids.
    """

    name: str
    title: str
    kind: Kind
    languages: tuple[str, ...]
    max_length: int
    metric: str
    places: tuple[Place, ...]
    hub: HubFiles | None = None
    labels: tuple[str, ...] = ()
    label_aliases: tuple[tuple[str, str], ...] = ()
    window_step: int = 0
    translated: bool = False

    @property
    def headline(self) -> tuple[str, ...]:
        """The metrics whose mean enters a suite's overall score."""
        return self.kind.headline or (self.metric,)

    def labelled(self, example: Example) -> bool:
        """Return whether the example carries its gold side."""
        return self.kind.has_gold(example)

    def read(
        self, files: CellFiles, bad: MalformedRows, limit: int | None = None
    ) -> Iterator[Example]:
        """Yield the examples of a cell's files, at most ``limit`` (see ``data.source``)."""
        return self.kind.read(self, files, bad, limit)

    def read_hub(
        self, language: str, splits: HubSplits, bad: MalformedRows, limit: int | None = None
    ) -> Iterator[Example]:
        """Yield the examples of a cell's parquet files, at most ``limit``."""
        return self.kind.read_hub(self, language, splits, bad, limit)


def codes(text: str) -> tuple[str, ...]:
    """Return the codes (of languages, of tags) of a text, split at white space."""
    return tuple(text.split())
