"""Shapes that all languages of a task share, for runtimes that prepare each shape for itself.

Lengths and rows chosen from the data of one language are of no use to the next: a runtime that
compiles or captures each shape would meet hundreds. On a ladder that follows from the task alone
there are tens, at the price of a little padding.
"""

from __future__ import annotations

from bisect import bisect_left

STEP = 8
"""Lengths are multiples of this: tensor cores work on tiles of eight."""

FINENESS = 4
"""Rungs from one power of two to the next: a fifth of a long row is padding at most."""

HALVINGS = 3
"""How often the rows of a full batch are halved for those that are left at the end of a bucket."""


def rungs(longest: int) -> tuple[int, ...]:
    """Return the padded lengths up to the first that holds ``longest``, ascending."""
    found = [STEP]
    while found[-1] < longest:
        octave = 2 ** (found[-1].bit_length() - 1)
        found.append(found[-1] + max(STEP, octave // FINENESS))
    return (*tuple(found[:-1]), max(longest, STEP))


def rung(length: int, longest: int) -> int:
    """Return the padded length for a row, or for the longest of several."""
    ladder = rungs(max(length, longest))
    return ladder[bisect_left(ladder, length)]


def rows_held(rows: int, full: int) -> int:
    """Return how many rows a batch of ``rows`` is filled up to where a full one has ``full``."""
    held = full
    for _ in range(HALVINGS):
        half = -(-held // 2)
        if half < rows:
            break
        held = half
    return max(held, rows)
