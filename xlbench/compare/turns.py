"""Turns: all arms run the same batches back to back, in random order, cell after cell."""

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

    An arm whose turn fails is out of the cell, and that is noted in ``record``; a worker that died
    ends all turns.

    Args:
        arms: the first is the one that all others are held against.
        cells: open in their workers.
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
            if paired.here(record) and (not late or paired.taken < LEAST_PAIRED)
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
    """One turn of one cell: all arms that are still in it, in random order."""
    count = len(paired.units) if paired.whole else paired.per_turn
    units = turn_units(paired.units, paired.taken, count)
    turn = next(record.turns)
    here = paired.here(record)
    mine = [arm for arm in arms if arm.arm.text in here]
    replies: dict[str, Turned] = {}
    for index in rng.permutation(len(mine)).tolist():
        arm, text = mine[index], mine[index].arm.text
        visit = paired.visits[text]
        own = range(visit.first["n_batches"]) if paired.whole else units
        try:
            reply = arm.turn(paired.cell, own)
            if reply.digest != visit.digest:
                raise WorkerFailure(
                    "its batches changed in the middle of the comparison (device memory ran "
                    "out); give it a smaller tokens-per-batch"
                )
        except CELL_FAILED as error:
            record.fail(text, paired.cell, str(error))
            visit.fail(str(error))
            if not (arm.alive and paired.here(record)):
                return
            continue
        replies[text] = reply
    with unbroken():  # a turn is of the first arm and others, or there was none
        times = {text: _times(reply.samples) for text, reply in replies.items()}
        for text, reply in replies.items():
            paired.visits[text].add(turn, reply)
        for text in times.keys() - {record.first}:
            a, b = times[record.first], times[text]
            if paired.whole:
                paired.turns[text].add([0], _summed(a), _summed(b))
            else:
                paired.turns[text].add(units, a, b)


def _times(samples: Samples) -> np.ndarray:
    """Return latency and end to end (below 0: none) of each sample, ``(n, 2)``."""
    columns = [samples.column(name) for name in ("latency_ns", "end_to_end_ns")]
    return np.stack(columns, axis=1).astype(float)


def _summed(times: np.ndarray) -> np.ndarray:
    """Return the time of a whole pass as if it were that of one batch, ``(1, 2)``."""
    return np.array([[times[:, 0].sum(), -1.0]])
