"""Counting part of an arm's data in its worker, and timing a batch, until the time is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from xlbench.cell import OFFLINE, Cell
from xlbench.errors import UserError
from xlbench.examples import Example, Reread
from xlbench.run.live_arm import LiveArm, OpenCell
from xlbench.run.prepare import Prepared
from xlbench.run.rows import Position
from xlbench.run.visits import Inputs, Visits
from xlbench.tasks.wire import text_length
from xlbench.workers.protocol import Visit

COUNTED = 4096
"""Examples of a language that are tokenised at most; those behind them are as long as these."""


class OutOfTime(BaseException):
    """The time is over in the middle of a request.

    No ``Exception``: nothing that a cell may fail with, and that is dealt with on the way.
    """


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted in part of a task's data, and what it took.

    Attributes:
        languages: those that were counted.
        shares: of each, what share of its text was.
        examples, tokens, padded_tokens: of these languages.
        ns_per_token: of the batch that was timed, padding included.
        weights_bytes, peak_bytes, load_ns: of the checkpoint.
    """

    languages: tuple[str, ...]
    shares: tuple[float, ...]
    examples: int
    tokens: int
    padded_tokens: int
    ns_per_token: float
    weights_bytes: int | None
    peak_bytes: int | None
    load_ns: int


def count_arm(
    prepared: Prepared, live: LiveArm, deadline: float, clock: Callable[[], float]
) -> Mapping[str, Counted]:
    """Count the arm's tasks as far as time allows; return what was counted of each.

    Args:
        prepared: the run.
        live: the arm; at the end it has no worker. What it calls while it waits must raise
            ``OutOfTime`` after the deadline.
        deadline: on the clock.
        clock: seconds.

    Raises:
        UserError: the worker can't be started, or a cell not be measured.
    """
    found: dict[str, Counted] = {}
    tasks = [task for arm, task in prepared.plan.specs if arm == live.arm.text]
    began = clock()
    try:
        for number, task in enumerate(tasks, 1):
            # Each task gets its part of the time, so that no large one takes that of the others.
            until = began + (deadline - began) * number / len(tasks)
            if found and clock() >= until:
                continue
            _count_task(prepared, live, task, until, clock, found)
    except OutOfTime:
        pass
    finally:
        live.process.kill()
    return found


def _count_task(
    prepared: Prepared,
    live: LiveArm,
    task: str,
    until: float,
    clock: Callable[[], float],
    found: dict[str, Counted],
) -> None:
    """Time one batch, and count the task's languages, smallest first, while there is time."""
    settings = prepared.settings
    loaded = live.load(prepared.plan.specs[live.arm.text, task])
    visits = Visits(_heads(prepared.inputs), settings.seed)
    sizes = prepared.inputs.sizes
    languages = sorted(prepared.plan.languages[task], key=lambda code: sizes[task, code])
    first = Cell(task, languages[0], OFFLINE)
    opened = {languages[0]: visits.open(live, first)}
    one_batch = Visit(first, settings.seed, slice_ns=0, floor=1, units=(0,))
    record = visits.visit(live, one_batch, Position(0, 0, 0, 0, time.time_ns()))
    if record.error is not None:
        raise UserError(f"{live.arm.text}: {task} can't be measured: {record.error}")
    sample = record.samples.rows()[0]
    ns_per_token = sample.latency_ns / (sample.rows * sample.padded_length)
    peak_bytes = record.row["peak_vram_allocated_bytes"] or record.row["peak_rss_bytes"]

    def counted(cells: Mapping[str, OpenCell]) -> Counted:
        return Counted(
            tuple(cells),
            tuple(shares[language] for language in cells),
            sum(cell.counted.n_examples for cell in cells.values()),
            sum(cell.batches.tokens for cell in cells.values()),
            sum(cell.batches.padded_tokens for cell in cells.values()),
            ns_per_token,
            loaded.weights_bytes,
            peak_bytes,
            loaded.load_ns,
        )

    shares = {languages[0]: _share(prepared.inputs, task, languages[0])}
    found[task] = counted(opened)
    for language in languages[1:]:
        if clock() >= until:
            break
        opened[language] = visits.open(live, Cell(task, language, OFFLINE))
        shares[language] = _share(prepared.inputs, task, language)
        found[task] = counted(opened)
    visits.forget([live])


def _heads(inputs: Inputs) -> Inputs:
    """Return the inputs with the first examples of each cell alone."""

    def read(task: str, language: str) -> Reread:
        def first() -> Iterator[Example]:
            return islice(iter(inputs.read(task, language)), COUNTED)

        return Reread(first)

    return replace(inputs, read=read)


def _share(inputs: Inputs, task: str, language: str) -> float:
    """The share of a cell's characters that its first examples have; 1 where they are all."""
    coming = iter(inputs.read(task, language))
    head = [text_length(example) for example in islice(coming, COUNTED)]
    rest = sum(map(text_length, coming)) if len(head) == COUNTED else 0
    return sum(head) / (sum(head) + rest) if rest else 1.0
