"""What a run would do: its cells, and what they should take.

The workers load the checkpoints and tokenise the data, so tokens and weights are counted,
not guessed; one batch for each checkpoint is timed, from which time is extrapolated.
"""

from __future__ import annotations

from typing import Any

from xlbench.run.arms import LiveArm
from xlbench.run.execute import Prepared

_SLICE_NS = 1


def estimate(prepared: Prepared) -> dict[str, Any]:
    """Return the plan: a row for each (arm, task), totals, expected time and memory.

    ``expected_s`` is one visit to every cell for each process, from the time of one timed
    batch scaled by padded tokens; the run goes on to its budget where precision asks for it.
    """
    settings, plan = prepared.settings, prepared.plan
    rows = []
    for arm in settings.arms:
        live = LiveArm(arm, settings.timeout_s, settings.warm_up)
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
    opened = {}
    per_token_ns, peak = 0.0, 0
    for language in languages:
        opened[language] = live.open(task, language, prepared.inputs.read(task, language))
        if language == languages[0]:
            reply, (samples, *_) = live.visit(
                task,
                language,
                {
                    "scenario": "offline",
                    "seed": settings.seed,
                    "slice_ns": _SLICE_NS,
                    "floor": 1,
                    "units": [0],
                    "complete": False,
                    "predictions": False,
                },
            )
            per_token_ns = float(samples[0, 5]) / float(samples[0, 2] * samples[0, 3])
            peak = reply["peak_vram_allocated_bytes"] or reply["peak_rss_bytes"]
    live.close_cells()
    padded = sum(cell["padded_tokens"] for cell in opened.values())
    tokens = sum(cell["tokens"] for cell in opened.values())
    passes = {"offline": padded, "single-stream": min(tokens, padded)}
    work = sum(passes[name] for name in settings.scenarios)
    return {
        "arm": live.arm.text,
        "task": task,
        "checkpoint": spec.entry,
        "languages": len(languages),
        "cells": len(languages) * len(settings.scenarios),
        "examples": sum(cell["n_examples"] for cell in opened.values()),
        "tokens": tokens,
        "padded_tokens": padded,
        "weights_bytes": loaded["weights_bytes"],
        "expected_peak_bytes": peak,
        "expected_s": loaded["load_ns"] / 1e9 + work * per_token_ns / 1e9,
    }
