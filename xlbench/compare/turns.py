"""Turns: both arms run the same batches back to back, in random order, cell after cell."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from xlbench.compare.paired_cell import PairedCell
from xlbench.compare.record import Record
from xlbench.compare.units import turn_units
from xlbench.interrupts import unbroken
from xlbench.run.live_arm import LiveArm
from xlbench.workers.errors import CELL_FAILED, WorkerFailure
from xlbench.workers.protocol import Turned
from xlbench.workers.samples import Samples

LEAST_PAIRED = 6
"""Paired batches of a cell in one pair of processes, whatever the time."""


def take_turns(
    arms: Sequence[LiveArm],
    cells: Sequence[PairedCell],
    deadline: float,
    rng: np.random.Generator,
    record: Record,
    taken: Callable[[], None],
    now: Callable[[], float] = time.monotonic,
) -> None:
    """Go round the cells in random order, a turn each, until the deadline.

    A cell whose turn fails is out, and noted in ``record``; a worker that died ends all turns.

    Args:
        arms: A and B.
        cells: open in the workers of both.
        deadline: on the clock ``now``.
        rng: of the orders.
        record: of the comparison.
        taken: told after each turn; no batch is being timed.
        now: seconds.
    """
    while _alive(arms):
        late = now() >= deadline
        going = [
            paired
            for paired in cells
            if paired.cell not in record.failed
            and (not late or len(paired.turns.units) < LEAST_PAIRED)
        ]
        if not going:
            return
        for index in rng.permutation(len(going)).tolist():
            if not _alive(arms):
                return
            _turn(arms, going[index], rng, record)
            taken()


def _alive(arms: Sequence[LiveArm]) -> bool:
    return all(arm.alive for arm in arms)


def _turn(
    arms: Sequence[LiveArm], paired: PairedCell, rng: np.random.Generator, record: Record
) -> None:
    """One turn of one cell: both arms, in random order."""
    count = len(paired.units) if paired.whole else paired.per_turn
    units = turn_units(paired.units, len(paired.turns.units), count)
    turn = next(record.turns)
    replies: dict[int, Turned] = {}
    for index in rng.permutation(2).tolist():
        arm, visit = arms[index], paired.visits[index]
        own = range(visit.first["n_batches"]) if paired.whole else units
        try:
            reply = arm.turn(paired.cell, own)
            if reply.digest != visit.digest:
                raise WorkerFailure(
                    "its batches changed in the middle of the comparison (device memory ran "
                    "out); give it a smaller tokens-per-batch"
                )
        except CELL_FAILED as error:
            record.failed[paired.cell] = str(error)
            visit.fail(str(error))
            return
        replies[index] = reply
    a, b = (_times(replies[index].samples) for index in (0, 1))
    with unbroken():  # a turn is of both arms, or there was none
        for index, visit in enumerate(paired.visits):
            visit.add(turn, replies[index])
        if paired.whole:
            paired.turns.add([0], _summed(a), _summed(b))
        else:
            paired.turns.add(units, a, b)


def _times(samples: Samples) -> np.ndarray:
    """Return latency and end to end (below 0: none) of each sample, ``(n, 2)``."""
    columns = [samples.column(name) for name in ("latency_ns", "end_to_end_ns")]
    return np.stack(columns, axis=1).astype(float)


def _summed(times: np.ndarray) -> np.ndarray:
    """Return the time of a whole pass as if it were that of one batch, ``(1, 2)``."""
    return np.array([[times[:, 0].sum(), -1.0]])
