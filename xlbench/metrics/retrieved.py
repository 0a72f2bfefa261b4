"""Which prediction belongs to which sentence of a retrieval task.

BUCC numbers the sentences of every split from 1, so an id alone does not tell a sentence of
the development split from one of the test split.
"""

from __future__ import annotations

from xlbench.examples import SentenceExample


def prediction_id(example: SentenceExample) -> str:
    """Return the id of the sentence's prediction: its own, after ``dev:`` in that split."""
    return example.id if example.split == "test" else f"{example.split}:{example.id}"
