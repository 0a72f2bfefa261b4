"""Metrics of mined pairs: F1 of those above a threshold chosen on other data.

Source: ``bucc_optimize`` and ``bucc_extract`` in google-research/xtreme,
third_party/utils_retrieve.py (after LASER), ``bucc_f1`` in its ``evaluate.py``, and
Zweigenbaum et al. 2018.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from xlbench.metrics import combine
from xlbench.metrics.measure import Measure


@dataclass(frozen=True, slots=True)
class Mined:
    """What was mined for one source sentence.

    Attributes:
        id: of the prediction.
        target: the id of its translation; empty: none was found.
        score: the margin; ``None`` only where nothing was found.
        gold: the ids of its true translations.
    """

    id: str
    target: str
    score: float | None
    gold: Collection[str]


def best_threshold(mined: Sequence[Mined]) -> float:
    """Return the threshold with the best F1 on ``mined``.

    Pairs are taken in descending order of score, equal ones in the order given. The
    threshold lies halfway between the last pair taken and the first left out. If these have
    the same score, ``mined_measures`` takes all that share it, as the official extraction
    does. It is 0 where no pair is correct. Where taking all pairs is best the official code
    reads past its list and stops; here the last score is the threshold.
    """
    taken = [(pair.score, pair.target in pair.gold) for pair in mined if pair.score is not None]
    taken.sort(key=lambda pair: -pair[0])
    gold = sum(len(pair.gold) for pair in mined)
    threshold, best, correct = 0.0, 0.0, 0
    for i, (score, right) in enumerate(taken):
        correct += right
        if correct == 0:
            continue
        precision, recall = correct / (i + 1), correct / gold
        f1 = 2 * precision * recall / (precision + recall)
        if f1 > best:
            best = f1
            following = taken[i + 1][0] if i + 1 < len(taken) else score
            threshold = (score + following) / 2
    return threshold


def mined_measures(mined: Sequence[Mined], threshold: float) -> tuple[Measure, Measure, Measure]:
    """Return F1, precision and recall of the pairs whose score is ``threshold`` or more.

    Rows are ``(correct, predicted, gold)`` of one source sentence.
    """
    rows = np.zeros((len(mined), 3))
    for row, pair in zip(rows, mined, strict=True):
        taken = pair.score is not None and pair.score >= threshold
        row[:] = taken and pair.target in pair.gold, taken, len(pair.gold)
    ids = tuple(pair.id for pair in mined)
    named = (("f1", combine.f1), ("precision", combine.precision), ("recall", combine.recall))
    f1, precision, recall = (Measure(name, ids, rows, how) for name, how in named)
    return f1, precision, recall
