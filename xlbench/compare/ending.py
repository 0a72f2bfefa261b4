"""When a comparison ends, and how its time is shared out: arithmetic, no clock."""

from __future__ import annotations

from dataclasses import dataclass

CELL_S = 0.5
"""Seconds in turns that a cell gets in one pair of processes, if the start of the workers did
not take longer: a further pair then brings more than more of this one."""

FIRST_OVERHEAD_S = 2.0
"""What is taken for the start of a pair's workers before one was seen."""

LEAST_TURNS = 0.5
"""Time in turns of a pair, as a share of the rest of its time, whatever the budget says."""

MOST_PAIRS = 8
"""The number of pairs of processes is at most this many times the least."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a comparison is.

    Attributes:
        pairs: pairs of processes so far.
        whole_pairs: those in which no worker died: they saw every cell.
        failed: cells that failed.
        spent_s: time since the beginning.
        overhead_s: time of the last pair that was not spent in turns.
    """

    pairs: int = 0
    whole_pairs: int = 0
    failed: int = 0
    spent_s: float = 0.0
    overhead_s: float = FIRST_OVERHEAD_S


def out_of_time(progress: Progress, least_pairs: int, budget_s: float) -> bool:
    """Tell whether no further pair of processes is to be started.

    The least number of whole pairs is run whatever the budget says; but workers that die and
    die again do not go on for ever.
    """
    if progress.pairs >= MOST_PAIRS * least_pairs + progress.failed:
        return True
    enough = progress.whole_pairs >= least_pairs
    return enough and progress.spent_s + progress.overhead_s >= budget_s


def turns_s(progress: Progress, least_pairs: int, budget_s: float, cells: int) -> float:
    """Return the seconds in turns of the next pair of processes, for all its cells together."""
    left_s = budget_s - progress.spent_s
    share_s = left_s / max(1, least_pairs - progress.whole_pairs) - progress.overhead_s
    # What the start cost is wasted unless enough is measured after it.
    most_s = max(progress.overhead_s, CELL_S * cells)
    return max(LEAST_TURNS * progress.overhead_s, min(share_s, most_s))
