"""Metrics of mined pairs: F1 of those above a threshold chosen on other data.

Source: ``bucc_optimize`` and ``bucc_extract`` in google-research/xtreme,
third_party/utils_retrieve.py (after LASER), ``bucc_f1`` in its ``evaluate.py``, and
Zweigenbaum et al. 2018.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from xlbench.held.texts import Texts
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


def best_threshold(mined: Iterable[Mined]) -> float:
    """Return the threshold with the best F1 on ``mined``.

    Pairs are taken in descending order of score, equal ones in the order given. The
    threshold lies halfway between the last pair taken and the first left out. If these have
    the same score, ``mined_measures`` takes all that share it, as the official extraction
    does. It is 0 where no pair is correct. Where taking all pairs is best the official code
    reads past its list and stops; here the last score is the threshold.
    """
    scores, right, gold = array("d"), bytearray(), 0
    for pair in mined:
        gold += len(pair.gold)
        if pair.score is not None:
            scores.append(pair.score)
            right.append(pair.target in pair.gold)
    taken = np.frombuffer(scores) if scores else np.empty(0)
    order = np.argsort(-taken, kind="stable")
    correct = np.cumsum(np.frombuffer(right, np.uint8)[order], dtype=np.int64)
    if not len(correct) or not correct[-1]:
        return 0.0
    precision, recall = correct / np.arange(1, len(correct) + 1), correct / gold
    f1 = np.divide(
        2 * precision * recall, precision + recall, out=np.zeros(len(correct)), where=correct > 0
    )
    best = int(np.argmax(f1))
    last, following = (float(taken[order[min(i, len(order) - 1)]]) for i in (best, best + 1))
    return (last + following) / 2


def mined_measures(mined: Iterable[Mined], threshold: float) -> tuple[Measure, Measure, Measure]:
    """Return F1, precision and recall of the pairs whose score is ``threshold`` or more.

    Rows are ``(correct, predicted, gold)`` of one source sentence.
    """
    ids, values = Texts(), array("d")
    for pair in mined:
        taken = pair.score is not None and pair.score >= threshold
        ids.extend((pair.id,))
        values.extend((taken and pair.target in pair.gold, taken, len(pair.gold)))
    rows = np.array(values).reshape(-1, 3)
    named = (("f1", combine.f1), ("precision", combine.precision), ("recall", combine.recall))
    f1, precision, recall = (Measure(name, ids, rows, how) for name, how in named)
    return f1, precision, recall
