"""Tokenising many texts at once: by as many threads as the arm has.

One text alone is tokenised by the thread that asks, as to hand it to others takes longer than it
does itself.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

_SWITCH = "TOKENIZERS_PARALLELISM"
"""Read by the library at each call; how many threads it starts, ``RAYON_NUM_THREADS`` says when the
process begins (``workers.launch``)."""


@contextlib.contextmanager
def in_parallel() -> Iterator[None]:
    """Have tokenizers share the texts of a call among threads, as long as this lasts."""
    before = os.environ.get(_SWITCH)
    os.environ[_SWITCH] = "true"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_SWITCH]
        else:
            os.environ[_SWITCH] = before
