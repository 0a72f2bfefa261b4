"""Tokenising many texts at once: by as many threads as the arm has.

One text alone is tokenised by the thread that asks, as to hand it to others takes longer than it
does itself.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from xlbench.session.own_threads import own_threads

_SWITCH = "TOKENIZERS_PARALLELISM"
"""Read by the library at each call; how many threads it starts, ``RAYON_NUM_THREADS`` says when the
process begins (``workers.launch``)."""

_OURS: set[int] = set()


@contextlib.contextmanager
def in_parallel() -> Iterator[None]:
    """Have tokenizers share the texts of a call among threads, as long as this lasts."""
    before, there = os.environ.get(_SWITCH), _threads()
    os.environ[_SWITCH] = "true"
    try:
        yield
    finally:
        _OURS.update(_threads() - there)
        if before is None:
            del os.environ[_SWITCH]
        else:
            os.environ[_SWITCH] = before


def tokenising() -> frozenset[int]:
    """Return the threads of this process that were started to tokenise.

    They stay, and look for work for some ms after each call: what they wait for a processor then
    is nothing that batches lose.
    """
    return frozenset(_OURS)


def _threads() -> set[int]:
    try:
        return own_threads()
    except OSError:  # a system without it
        return set()
