"""What a run would do: its cells, and what they should take, told within seconds.

The workers load the checkpoints and tokenise the data, so tokens and weights are counted,
not guessed; one batch for each checkpoint is timed, from which time is extrapolated. Where
that would take too long, the rest is extrapolated from the bytes of the data.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from xlbench.cell import OFFLINE, Cell
from xlbench.errors import UserError
from xlbench.run.live_arm import LiveArm
from xlbench.run.prepare import Prepared
from xlbench.run.rows import Position
from xlbench.run.visits import Visits
from xlbench.workers.protocol import Visit

WITHIN_S = 6.0
"""Beyond the start of the workers: an answer within ten seconds is one that is waited for."""


@dataclass(frozen=True, slots=True)
class _Counted:
    """What was counted in part of a task's data, and what it took."""

    size_bytes: int
    examples: int
    tokens: int
    padded_tokens: int
    ns_per_token: float
    weights_bytes: int | None
    peak_bytes: int | None
    load_ns: int


def estimate(
    prepared: Prepared, within_s: float = WITHIN_S, clock: Callable[[], float] = time.monotonic
) -> dict[str, Any]:
    """Return the plan: a row for each (arm, task), totals, expected time and memory.

    ``expected_s`` is one visit to every cell for each process, from the time of one timed
    batch scaled by padded tokens; the run goes on to its budget where precision asks for it.
    A row is ``extrapolated`` where not all of its data was counted: by bytes, from its own
    languages that were, or from the arm's first task.

    Args:
        prepared: the run.
        within_s: when to stop counting, starts of workers aside; the first language of each arm is
            always counted.
        clock: seconds; only differences count.
    """
    settings, plan = prepared.settings, prepared.plan
    began, done = clock(), 0
    rows = []
    for arm in settings.arms:
        live = LiveArm(arm, settings.timeout_s)
        like: _Counted | None = None
        try:
            before = clock()
            live.start()
            began += clock() - before
            for task in [task for text, task in plan.specs if text == arm.text]:
                done += 1
                until = began + within_s * done / len(plan.specs)
                if like is None or clock() < until:
                    counted = _count(prepared, live, task, until, clock)
                    like = like or counted
                else:
                    counted = None
                rows.append(_row(prepared, arm.text, task, counted, like))
        finally:
            live.stop()
    expected_s = settings.processes * sum(row["expected_s"] for row in rows)
    return {
        "rows": rows,
        "cells": len(plan.cells(settings.scenarios)),
        "expected_s": expected_s,
        "budget_s": settings.budget_s,
        "processes": settings.processes,
    }


def _count(
    prepared: Prepared, live: LiveArm, task: str, until: float, clock: Callable[[], float]
) -> _Counted:
    """Count the task's languages, smallest first, as far as time allows, and time one batch."""
    settings = prepared.settings
    loaded = live.load(prepared.plan.specs[live.arm.text, task])
    visits = Visits(prepared.inputs, settings.seed)
    languages = sorted(prepared.plan.languages[task], key=lambda code: _size(prepared, task, code))
    opened = {languages[0]: visits.open(live, Cell(task, languages[0], OFFLINE))}
    one_batch = Visit(
        Cell(task, languages[0], OFFLINE), settings.seed, slice_ns=0, floor=1, units=(0,)
    )
    record = visits.visit(live, one_batch, Position(0, 0, 0, 0, time.time_ns()))
    if record.error is not None:
        raise UserError(f"{live.arm.text}: {task} can't be measured: {record.error}")
    for language in languages[1:]:
        if clock() >= until:
            break
        opened[language] = visits.open(live, Cell(task, language, OFFLINE))
    visits.forget([live])
    sample = record.samples.rows()[0]
    return _Counted(
        sum(_size(prepared, task, language) for language in opened),
        sum(cell.counted.n_examples for cell in opened.values()),
        sum(cell.batches.tokens for cell in opened.values()),
        sum(cell.batches.padded_tokens for cell in opened.values()),
        sample.latency_ns / (sample.rows * sample.padded_length),
        loaded.weights_bytes,
        record.row["peak_vram_allocated_bytes"] or record.row["peak_rss_bytes"],
        loaded.load_ns,
    )


def _row(
    prepared: Prepared, arm: str, task: str, counted: _Counted | None, like: _Counted
) -> dict[str, Any]:
    scenarios: Sequence[str] = prepared.settings.scenarios
    languages = prepared.plan.languages[task]
    size_bytes = sum(_size(prepared, task, language) for language in languages)
    known = counted or like
    whole = counted is not None and counted.size_bytes == size_bytes
    scale = 1.0 if whole else size_bytes / max(1, known.size_bytes)
    tokens, padded = round(known.tokens * scale), round(known.padded_tokens * scale)
    passes = {"offline": padded, "single-stream": min(tokens, padded)}
    work = sum(passes[name] for name in scenarios)
    return {
        "arm": arm,
        "task": task,
        "checkpoint": prepared.plan.specs[arm, task].entry,
        "languages": len(languages),
        "cells": len(languages) * len(scenarios),
        "examples": round(known.examples * scale),
        "tokens": tokens,
        "padded_tokens": padded,
        "weights_bytes": None if counted is None else counted.weights_bytes,
        "expected_peak_bytes": None if counted is None else counted.peak_bytes,
        "expected_s": known.load_ns / 1e9 + work * known.ns_per_token / 1e9,
        "extrapolated": not whole,
    }


def _size(prepared: Prepared, task: str, language: str) -> int:
    return prepared.inputs.sizes[task, language]
