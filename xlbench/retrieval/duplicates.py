"""Equal sentences: mined as one, and told apart by nothing but their ids.

Source: ``text_load_unify``, ``unique_embeddings`` and ``read_sent2id`` in
google-research/xtreme, third_party/utils_retrieve.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np


def keys_of(texts: Iterable[str]) -> np.ndarray:
    """Return 128 bits for each text, the same for equal ones, uint64 of shape ``(n, 2)``."""
    keys = bytearray()
    for text in texts:
        keys += hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return np.frombuffer(keys, np.uint64).reshape(-1, 2)


def last_of_each(keys: np.ndarray) -> np.ndarray:
    """Return one index for each distinct key, in the order in which they first appear.

    The index is that of the last appearance: XTREME keeps the embedding computed last.

    Args:
        keys: as ``keys_of`` returns them.
    """
    group, first, _ = _grouped(keys)
    last = np.empty(len(first), np.int64)
    # Of indices that are given twice numpy keeps the value that comes last.
    last[group] = np.arange(len(keys))
    return last[np.argsort(first, kind="stable")]


def repeated(keys: np.ndarray) -> np.ndarray:
    """Return for each key whether it is there more than once.

    XTREME cannot tell the ids of texts that are equal but for white space around them, and gives
    them no translation: those of keys of the stripped texts.
    """
    group, _, counts = _grouped(keys)
    several: np.ndarray = counts[group] > 1
    return several


def _grouped(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The group of each key, and the first index and the size of each group."""
    _, first, group, counts = np.unique(
        keys, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    return group.reshape(-1), first, counts
