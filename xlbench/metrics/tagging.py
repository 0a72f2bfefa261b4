"""Metrics of UD-POS and PAN-X: chunk F1, its precision and recall, and token accuracy.

Chunk F1 is the one XTREME prints for both (``f1`` in google-research/xtreme,
``evaluate.py``): the micro average over all types. Token accuracy is the number that the
UD-POS literature knows; XTREME does not print it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlbench.metrics import combine
from xlbench.metrics.chunks import chunks
from xlbench.metrics.measure import Measure

Tags = Sequence[str]


def chunk_measures(
    ids: Sequence[str], gold: Sequence[Tags], predicted: Sequence[Tags]
) -> tuple[Measure, Measure, Measure]:
    """Return F1, precision and recall over chunks.

    Args:
        ids: one per sentence.
        gold: the true tags of each sentence, none of them empty.
        predicted: as many tags for each sentence.
    """
    rows = np.empty((len(ids), 3))
    for row, true, guess in zip(rows, gold, predicted, strict=True):
        found, wanted = chunks(guess), chunks(true)
        row[:] = len(found & wanted), len(found), len(wanted)
    named = (("f1", combine.f1), ("precision", combine.precision), ("recall", combine.recall))
    f1, precision, recall = (Measure(name, tuple(ids), rows, how) for name, how in named)
    return f1, precision, recall


def token_accuracy(ids: Sequence[str], gold: Sequence[Tags], predicted: Sequence[Tags]) -> Measure:
    """Return the share of words whose tag is the true one."""
    rows = np.array(
        [
            (sum(a == b for a, b in zip(true, guess, strict=True)), len(true))
            for true, guess in zip(gold, predicted, strict=True)
        ],
        dtype=np.float64,
    ).reshape(len(ids), 2)
    return Measure("token_accuracy", tuple(ids), rows, combine.share)
