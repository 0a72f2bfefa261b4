"""What a run would do: its cells, and what they should take.

The workers load the checkpoints and tokenise the data, so tokens and weights are counted,
not guessed; one batch for each checkpoint is timed, from which time is extrapolated.
"""

from __future__ import annotations

import time
from typing import Any

from xlbench.cell import OFFLINE, Cell
from xlbench.errors import UserError
from xlbench.run.arms import LiveArm
from xlbench.run.prepare import Prepared
from xlbench.run.rows import Position
from xlbench.run.visits import Visits
from xlbench.workers.protocol import Visit


def estimate(prepared: Prepared) -> dict[str, Any]:
    """Return the plan: a row for each (arm, task), totals, expected time and memory.

    ``expected_s`` is one visit to every cell for each process, from the time of one timed
    batch scaled by padded tokens; the run goes on to its budget where precision asks for it.
    """
    settings, plan = prepared.settings, prepared.plan
    rows = []
    for arm in settings.arms:
        live = LiveArm(arm, settings.timeout_s)
        try:
            live.start()
            rows += [_task(prepared, live, task) for text, task in plan.specs if text == arm.text]
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


def _task(prepared: Prepared, live: LiveArm, task: str) -> dict[str, Any]:
    settings = prepared.settings
    spec = prepared.plan.specs[live.arm.text, task]
    loaded = live.load(spec)
    languages = prepared.plan.languages[task]
    visits = Visits(prepared.inputs, settings.seed)
    opened = [visits.open(live, Cell(task, language, OFFLINE)) for language in languages]
    one_batch = Visit(
        Cell(task, languages[0], OFFLINE), settings.seed, slice_ns=0, floor=1, units=(0,)
    )
    record = visits.visit(live, one_batch, Position(0, 0, 0, 0, time.time_ns()))
    if record.error is not None:
        raise UserError(f"{live.arm.text}: {task} can't be measured: {record.error}")
    sample = record.samples.rows()[0]
    per_token_ns = sample.latency_ns / (sample.rows * sample.padded_length)
    peak = record.row["peak_vram_allocated_bytes"] or record.row["peak_rss_bytes"]
    visits.forget([live])
    padded = sum(cell.batches.padded_tokens for cell in opened)
    tokens = sum(cell.batches.tokens for cell in opened)
    passes = {"offline": padded, "single-stream": min(tokens, padded)}
    work = sum(passes[name] for name in settings.scenarios)
    return {
        "arm": live.arm.text,
        "task": task,
        "checkpoint": spec.entry,
        "languages": len(languages),
        "cells": len(languages) * len(settings.scenarios),
        "examples": sum(cell.counted.n_examples for cell in opened),
        "tokens": tokens,
        "padded_tokens": padded,
        "weights_bytes": loaded.weights_bytes,
        "expected_peak_bytes": peak,
        "expected_s": loaded.load_ns / 1e9 + work * per_token_ns / 1e9,
    }
