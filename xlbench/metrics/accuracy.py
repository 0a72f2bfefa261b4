"""Accuracy: the share of examples whose prediction is among the accepted ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from xlbench.metrics import combine
from xlbench.metrics.measure import Measure


def accuracy(
    ids: Sequence[str],
    accepted: Sequence[Collection[str]],
    predicted: Sequence[str],
    name: str = "accuracy",
) -> Measure:
    """Return the share of ``predicted`` that are ``accepted``, rows ``(correct, 1)``.

    Source: ``accuracy`` in google-research/xtreme, ``evaluate.py``.
    """
    rows = np.ones((len(ids), 2))
    rows[:, 0] = [guess in good for good, guess in zip(accepted, predicted, strict=True)]
    return Measure(name, tuple(ids), rows, combine.share)
