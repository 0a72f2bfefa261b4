"""Marks of numbers that stand for something else than they seem to, and of those that failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from xlbench.flags import Flag
from xlbench.report.cells import SeenCell
from xlbench.report.numbers import counted, listed
from xlbench.report.paper.grid import Block

IN_DOUBT, FAILED = "!", "x"

TIMES = frozenset({Flag.DISTURBED, Flag.THROTTLED, Flag.WARM_UP_UNSTEADY, Flag.GPU_UNUSED})
METRICS = frozenset({Flag.NONDETERMINISTIC, Flag.SHARED_ROWS, Flag.SUBSTITUTE_TOKENIZER})
MEMORY = frozenset({Flag.RSS_SAMPLED, Flag.GPU_UNUSED})
COUNTS = frozenset({Flag.SUBSTITUTE_TOKENIZER})


def mark_of(cells: Iterable[SeenCell], doubtful: frozenset[Flag]) -> str:
    """Return the mark of a number that these cells stand behind; most have none."""
    marks = {_mark(cell, doubtful) for cell in cells}
    return FAILED if FAILED in marks else IN_DOUBT if IN_DOUBT in marks else ""


def mark_notes(blocks: Sequence[Block], cells: Iterable[SeenCell]) -> Iterator[str]:
    """Yield what the marks in these blocks mean, and what they come from."""
    cells = list(cells)
    marks = {
        mark
        for block in blocks
        for row in block.rows
        for entry in row.entries
        for mark in (IN_DOUBT, FAILED)
        if mark in entry.mark
    }
    if IN_DOUBT in marks:
        every = TIMES | METRICS | MEMORY | COUNTS
        counts = Counter(flag for cell in cells for flag in set(cell.flags) & every)
        told = [f"{flag} ({counted(count, 'cell')})" for flag, count in sorted(counts.items())]
        yield f"{IN_DOUBT} in doubt: {listed(told)}; `xlbench report` says what that is."
    if FAILED in marks:
        yield f"{FAILED} failed, alone or in turns: `xlbench report --json` has the reasons."


def _mark(cell: SeenCell, doubtful: frozenset[Flag]) -> str:
    if cell.status == "failed":
        return FAILED
    return IN_DOUBT if doubtful & set(cell.flags) else ""
