"""Submissions to XTREME as text: a line for each prediction.

Source: google-research/xtreme, section "Leaderboard Submission" of its README, and what its
``evaluate.py`` reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xlbench.predictions import Prediction


def value_of(prediction: Prediction) -> str:
    """Return what was predicted."""
    return prediction.value


def by_line(
    write: Callable[[Prediction], str] = value_of, between: str = "\n"
) -> Callable[[Sequence[Prediction]], str]:
    """Return the function that writes predictions one after the other.

    Args:
        write: returns the text of one.
        between: what stands between two.
    """
    return lambda predictions: between.join(map(write, predictions)) + "\n"
