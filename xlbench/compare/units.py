"""Which batches of a cell a pair of processes runs, and how many in a turn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlbench.cell import SINGLE_STREAM, Cell
from xlbench.run.live_arm import OpenCell
from xlbench.workers.protocol import Visit

UNITS = 24
"""Different batches of a cell in one pair of processes; each pair draws its own."""

FIRST_UNITS = 3
"""Batches of the visit that comes before the turns, where no whole pass is due."""

TURN_NS = 15_000_000
"""A turn takes about this long: short against drift, long against the change of process."""

MOST_PER_TURN = 8


def drawn_units(cell: Cell, opened: OpenCell, rng: np.random.Generator) -> tuple[int, ...]:
    """Return the units of a cell for one pair of processes: all, or a random part of them."""
    single = cell.scenario == SINGLE_STREAM
    count = opened.counted.n_examples if single else opened.batches.count
    return tuple(rng.permutation(count)[:UNITS].tolist())


def first_visit(
    cell: Cell, opened: OpenCell, drawn: Sequence[int], seed: int, predict: bool
) -> Visit:
    """Return what a worker does with a cell before the turns: it warms up and shows its peak.

    Args:
        cell: which.
        opened: what is known of it.
        drawn: units of this pair of processes.
        seed: of the order of a whole pass.
        predict: whether the arm's predictions for the cell are still to be made.
    """
    if cell.scenario == SINGLE_STREAM:
        units = drawn[:FIRST_UNITS]
    elif predict:
        return Visit(cell, seed, slice_ns=0, floor=0, complete=True, predictions=True)
    else:
        # The largest batch decides the peak of memory.
        there = [unit for unit in drawn if unit < opened.batches.count]
        units = [opened.batches.largest, *there[: FIRST_UNITS - 1]]
    return Visit(cell, seed, slice_ns=0, floor=len(units), units=tuple(units))


def units_per_turn(latencies_ns: Sequence[int]) -> int:
    """Return how many units make a turn of about ``TURN_NS``."""
    return max(1, min(MOST_PER_TURN, round(TURN_NS / float(np.median(latencies_ns)))))


def turn_units(units: Sequence[int], done: int, count: int) -> list[int]:
    """Return the next ``count`` units, round and round, after ``done`` were run."""
    return [units[(done + i) % len(units)] for i in range(count)]
