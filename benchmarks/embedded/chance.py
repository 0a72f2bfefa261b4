"""What a model that has learnt nothing scores on a cell, with the task's own metric.

- pairs: the most frequent label throughout;
- tags: the most frequent tag throughout, or tags drawn as often as they occur, whichever scores
  more;
- questions: a span of the context, its length in words drawn from those of the answers, its begin
  uniform: the mean of 20 draws (a model has not even these lengths);
- retrieval: one sentence of the other side, drawn.

All but the last know how often answers occur in the cell itself, so they are no easy mark.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from statistics import mean
from typing import Any

from xlbench.predictions import Prediction
from xlbench.tasks.task import Task

DRAWS = 20
Guess = Callable[[Any], str]


def chance(task: Task, language: str, examples: Sequence[Any], seed: int = 0) -> float:
    """Return the score by chance, in per cent.

    Args:
        task: any but BUCC, whose threshold no chance would meet.
        language: of the cell.
        examples: with gold.
        seed: of the draws.
    """
    draw = random.Random(seed)
    kind = task.kind.name
    if kind == "retrieval":
        # Half of a cell is the other side.
        return 100 / (len(examples) / 2)
    guesses = {"pair": _labels, "tagging": _tags, "question": _spans}[kind](examples, draw)
    return max(mean(_score(task, language, examples, g) for g in same) for same in guesses)


def _score(task: Task, language: str, examples: Sequence[Any], guess: Guess) -> float:
    predictions = {example.id: Prediction(example.id, guess(example)) for example in examples}
    return float(task.kind.score(task, language, examples, predictions).measures[0].value)


def _labels(examples: Sequence[Any], draw: random.Random) -> list[list[Guess]]:
    ((label, _),) = Counter(example.label for example in examples).most_common(1)
    return [[lambda example: label]]


def _tags(examples: Sequence[Any], draw: random.Random) -> list[list[Guess]]:
    tags = [tag for example in examples for tag in example.tags]
    ((most, _),) = Counter(tags).most_common(1)
    return [
        [lambda example: " ".join(most for _ in example.words)],
        [lambda example: " ".join(draw.choice(tags) for _ in example.words)] * DRAWS,
    ]


def _spans(examples: Sequence[Any], draw: random.Random) -> list[list[Guess]]:
    lengths = [len(answer.split()) for example in examples for answer in example.answers]

    def guess(example: Any) -> str:
        words = example.context.split()
        n = min(draw.choice(lengths), len(words))
        first = draw.randrange(len(words) - n + 1)
        return " ".join(words[first : first + n])

    return [[guess] * DRAWS]
