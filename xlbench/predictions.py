"""What a model said about one example, in the form that files and metrics share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prediction:
    """The answer to one example.

    Attributes:
        id: the example's id.
        value: the class label; the tags, one a word, joined with single spaces; the
            answer text; or the id of the retrieved sentence (empty: none).
        score: the logit, span score or similarity behind it; ``None`` where it has none.
    """

    id: str
    value: str
    score: float | None = None
