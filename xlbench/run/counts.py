"""What a cell's examples amount to, and what relates them to the same examples in English."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from xlbench.examples import Example, SentenceExample
from xlbench.languages import LANGUAGES
from xlbench.tasks.catalogue import TASKS

COUNTED = (
    "n_examples",
    "n_truncated",
    "content_tokens",
    "words",
    "chars",
    "examples_digest",
    "paired_tokens",
    "paired_english_tokens",
)


def count(
    task: str, language: str, examples: Sequence[Example], counts: np.ndarray
) -> dict[str, Any]:
    """Return the columns ``COUNTED`` of a cell.

    Args:
        task: name of the task.
        language: of the cell.
        examples: with gold.
        counts: for each example its tokens, words, characters and whether it was cut,
            shape ``(n, 4)``, as a worker counted them.
    """
    tokens, words, chars, truncated = (int(v) for v in counts.sum(axis=0))
    given_words = TASKS[task].kind == "tagging"
    here, english = _paired(examples, counts[:, 0])
    return {
        "n_examples": len(counts),
        "content_tokens": tokens,
        # Words of a script without spaces exist only where the data gives them.
        "words": words if given_words or LANGUAGES[language].spaced else None,
        "chars": chars,
        "n_truncated": truncated,
        "examples_digest": _digest(examples),
        "paired_tokens": here,
        "paired_english_tokens": english,
    }


def _digest(examples: Sequence[Example]) -> str:
    ids = "\n".join(example.id for example in examples)
    return hashlib.blake2b(ids.encode(), digest_size=8).hexdigest()


def _paired(examples: Sequence[Example], tokens: np.ndarray) -> tuple[int | None, int | None]:
    """Tokens of both sides of the gold pairs; ``None`` without any (see ``SentenceExample``)."""
    sentences = [
        (example, int(n))
        for example, n in zip(examples, tokens, strict=True)
        if isinstance(example, SentenceExample)
    ]
    english = {(e.split, e.id): n for e, n in sentences if e.side == "target"}
    pairs = [
        (n, english[e.split, target])
        for e, n in sentences
        if e.side == "source"
        for target in e.gold or ()
        if (e.split, target) in english
    ]
    if not pairs:
        return None, None
    return sum(here for here, _ in pairs), sum(there for _, there in pairs)
