"""What a cell's examples amount to, and what relates them to the same examples in English."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from xlbench.examples import Example
from xlbench.languages import LANGUAGES
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.task import Kind


@dataclass(frozen=True, slots=True)
class Counted:
    """Columns of a visit's row; ``None`` where the data does not tell.

    Attributes:
        n_examples: examples of the cell.
        n_truncated: examples that lost tokens at the maximum length.
        content_tokens: sub-word tokens of all, no special tokens, no overlap.
        words: words of all.
        chars: code points of all that are not white space.
        examples_digest: of the examples' ids: cells that share it hold the same examples.
        paired_tokens: content tokens of the language's side of the gold pairs.
        paired_english_tokens: content tokens of their English side.
    """

    n_examples: int
    n_truncated: int
    content_tokens: int
    words: int | None
    chars: int
    examples_digest: str
    paired_tokens: int | None
    paired_english_tokens: int | None


class Passing:
    """Examples on their way to a worker: what is to be known of them is noted as they pass.

    Args:
        examples: of the cell.
    """

    def __init__(self, examples: Iterable[Example]) -> None:
        self._examples = examples
        self._found = hashlib.blake2b(digest_size=8)

    def __iter__(self) -> Iterator[Example]:
        for number, example in enumerate(self._examples):
            self._found.update(f"\n{example.id}".encode() if number else example.id.encode())
            yield example

    @property
    def digest(self) -> str:
        """Of the ids of those that passed."""
        return self._found.hexdigest()


def count(
    task: str,
    language: str,
    examples: Iterable[Example],
    counts: np.ndarray,
    digest: str | None = None,
) -> Counted:
    """Return what the examples of a cell amount to.

    Args:
        task: name of the task.
        language: of the cell.
        examples: with gold; looked at only where the kind knows translations.
        counts: for each example its tokens, words, characters and whether it was cut,
            shape ``(n, 4)``, as a worker counted them.
        digest: of their ids, where it is known.
    """
    tokens, words, chars, truncated = (int(v) for v in counts.sum(axis=0, dtype=np.int64))
    kind = TASKS[task].kind
    here, english = _paired(kind, examples, counts[:, 0])
    return Counted(
        n_examples=len(counts),
        n_truncated=truncated,
        content_tokens=tokens,
        # Words of a script without spaces exist only where the data gives them.
        words=words if kind.words_given or LANGUAGES[language].spaced else None,
        chars=chars,
        examples_digest=_digest(examples) if digest is None else digest,
        paired_tokens=here,
        paired_english_tokens=english,
    )


def _digest(examples: Iterable[Example]) -> str:
    passing = Passing(examples)
    for _ in passing:
        pass
    return passing.digest


def _paired(
    kind: Kind, examples: Iterable[Example], tokens: np.ndarray
) -> tuple[int | None, int | None]:
    """Tokens of both sides of the gold pairs; ``None`` without any (see ``Kind``)."""
    pairs = [] if kind.translations is None else kind.translations(examples)
    if not pairs:
        return None, None
    here, there = np.array(pairs).T
    return int(tokens[here].sum()), int(tokens[there].sum())
