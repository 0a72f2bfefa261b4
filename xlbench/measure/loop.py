"""The timed loop: prepare, copy, forward, keep; nothing else stands between two marks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from xlbench.measure.clock import Clock, Mark

AHEAD = 3
"""Batches that the host may be ahead of the device: enough to keep the device busy; without a bound
the host would hand over minutes of work before time is up, and hold the outputs of all of it."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the loop does with one batch.

    Attributes:
        prepare: makes the host side of batch ``unit`` ready; not timed.
        copy: moves it to the device; ``None`` where host and device are one.
        forward: runs the model; everything between copy and the outputs.
        keep: takes ``unit`` and the outputs; must not wait for the device; not timed. When it
            is called, the device is done with all that the loop handed over more than ``AHEAD``
            batches ago.
    """

    prepare: Callable[[int], Any]
    copy: Callable[[Any], Any] | None
    forward: Callable[[Any], Any]
    keep: Callable[[int, Any], None]


@dataclass(frozen=True, slots=True)
class Timing:
    """One pass of one batch.

    Attributes:
        unit: index of the batch.
        start_ns: host time at its start (``perf_counter_ns``).
        h2d_ns: host-to-device copy; ``None`` where nothing is copied.
        forward_ns: the model.
        latency_ns: copy and forward together.
        cycle_ns: from the end of the batch before, or the beginning of the loop, to the end of
            this one: what the device waited for the host is in it, and all of them together are
            the time of the loop.
    """

    unit: int
    start_ns: int
    h2d_ns: int | None
    forward_ns: int
    latency_ns: int
    cycle_ns: int


def timed_loop(
    units: Iterable[int], step: Step, clock: Clock, deadline_ns: int | None = None, floor: int = 0
) -> list[Timing]:
    """Run the batches in order and return a timing for each.

    Args:
        units: the batches.
        step: what to do with one.
        clock: settled once, after the last batch.
        deadline_ns: host time after which no further batch begins, once ``floor`` were run.
        floor: batches that are run whatever the deadline says.
    """
    prepare, copy, forward, keep, mark = (
        step.prepare,
        step.copy,
        step.forward,
        step.keep,
        clock.mark,
    )
    marks: list[tuple[int, int, Mark, Mark, Mark]] = []
    begin = mark()
    for unit in units:
        if len(marks) >= AHEAD:
            clock.wait(marks[-AHEAD][-1])
        start_ns = time.perf_counter_ns()
        if deadline_ns is not None and start_ns >= deadline_ns and len(marks) >= floor:
            break
        ready = prepare(unit)
        first = mark()
        if copy is None:
            copied = first
        else:
            ready = copy(ready)
            copied = mark()
        outputs = forward(ready)
        last = mark()
        marks.append((unit, start_ns, first, copied, last))
        keep(unit, outputs)
    clock.settle()
    timings, before = [], begin
    for unit, start_ns, first, copied, last in marks:
        timings.append(
            Timing(
                unit,
                start_ns,
                None if copy is None else clock.between(first, copied),
                clock.between(copied, last),
                clock.between(first, last),
                clock.between(before, last),
            )
        )
        before = last
    return timings
