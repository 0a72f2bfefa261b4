"""Where texts stand in a sequence, in 16 bytes for each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class Places:
    """Finds a text in a sequence.

    Args:
        texts: the sequence, which is held.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        hashes = np.fromiter(map(hash, texts), np.int64, len(texts))
        self._order = np.argsort(hashes, kind="stable")
        self._hashes = hashes[self._order]

    def get(self, text: str) -> int | None:
        """Return the first place of a text; ``None``: it is not there."""
        at = int(np.searchsorted(self._hashes, hash(text)))
        while at < len(self._hashes) and self._hashes[at] == hash(text):
            place = int(self._order[at])
            if self._texts[place] == text:
                return place
            at += 1
        return None

    def twice(self) -> str | None:
        """Return a text that stands in several places; ``None``: there is none."""
        for at in np.flatnonzero(self._hashes[1:] == self._hashes[:-1]).tolist():
            one, other = (self._texts[int(self._order[at + i])] for i in (0, 1))
            if one == other:
                return one
        return None


class InOrder:
    """Finds texts in a sequence where most are asked for in its order: nothing is held for those.

    Args:
        texts: the sequence, which is held.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._next = 0
        self._others: Places | None = None

    def get(self, text: str) -> int | None:
        """Return the place of a text; ``None``: it is not there."""
        if self._next < len(self._texts) and self._texts[self._next] == text:
            self._next += 1
            return self._next - 1
        self._others = self._others or Places(self._texts)
        place = self._others.get(text)
        if place is not None:
            self._next = place + 1
        return place
