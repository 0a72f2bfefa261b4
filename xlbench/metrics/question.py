"""Metrics of question answering: token F1 and exact match, the best over the gold answers.

Source: SQuAD v1.1 (Rajpurkar et al. 2016, arXiv 1606.05250, section 6.1); the scripts that
``normalise`` names differ only in what they take for the same answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from xlbench.metrics import combine
from xlbench.metrics.measure import Measure
from xlbench.metrics.normalise import Normaliser


def question_measures(
    ids: Sequence[str],
    gold: Sequence[Sequence[str]],
    predicted: Sequence[str],
    normalise: Normaliser,
) -> tuple[Measure, Measure]:
    """Return F1 and exact match.

    Args:
        ids: one per question.
        gold: the accepted answers of each question, at least one.
        predicted: the answer to each question.
        normalise: brings an answer in the form in which answers are compared.
    """
    f1, exact = np.ones((len(ids), 2)), np.ones((len(ids), 2))
    for i, (answers, guess) in enumerate(zip(gold, predicted, strict=True)):
        plain = normalise(guess)
        wanted = [normalise(answer) for answer in answers]
        f1[i, 0] = max(token_f1(plain, answer) for answer in wanted)
        exact[i, 0] = plain in wanted
    return (
        Measure("f1", tuple(ids), f1, combine.mean),
        Measure("exact_match", tuple(ids), exact, combine.mean),
    )


def token_f1(predicted: str, gold: str) -> float:
    """Return the F1 of the words two normalised answers share, 0 to 1.

    Two empty answers share no word: 0, though they match exactly.
    """
    guessed, wanted = predicted.split(), gold.split()
    common = (Counter(guessed) & Counter(wanted)).total()
    if common == 0:
        return 0.0
    precision, recall = common / len(guessed), common / len(wanted)
    return 2 * precision * recall / (precision + recall)
