"""What a run would do: its cells, and what they should take, told within seconds.

The workers load checkpoints and tokenise data for as long as there is time, so tokens and weights
are counted, not guessed; one batch for each checkpoint is timed, from which time is extrapolated.
What there was no time for is extrapolated from the bytes of its data and the size of its
checkpoint, and says so; where not one worker came up in time, it is not known.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlbench.checkpoints.foretold import Foretold, foretold
from xlbench.run.counting import Counted, OutOfTime, count_arm
from xlbench.run.live_arm import LiveArm
from xlbench.run.prepare import Prepared
from xlbench.workers.fork_server import ForkServer, ForkServerGone
from xlbench.workers.forkable import why_not_forked

WITHIN_S = 7.0
"""Of starting, loading and timing: an answer within ten seconds is one that is waited for."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What a row is extrapolated from: a task of an arm, of which something was counted."""

    counted: Counted
    size_bytes: float
    foretold: Foretold


def estimate(
    prepared: Prepared, within_s: float = WITHIN_S, clock: Callable[[], float] = time.monotonic
) -> dict[str, Any]:
    """Return the plan: a row for each (arm, task), totals, expected time and memory.

    ``expected_s`` is one visit to every cell for each process, from the time of one timed batch
    scaled by padded tokens; the run goes on to its budget where precision asks for it. A row is
    ``extrapolated`` where not all of its data was counted: by bytes, from its own languages that
    were, from another task of the arm, or from another arm. ``forward_s`` is one offline pass
    alone. What is not known is ``None``.

    Args:
        prepared: the run.
        within_s: when to stop counting, starts of workers included.
        clock: seconds; only differences count.

    Raises:
        UserError: a worker can't be started, or a cell not be measured.
    """
    settings, plan = prepared.settings, prepared.plan
    counted = _count(prepared, within_s, clock)
    sizes = {task: _size(prepared, task, languages) for task, languages in plan.languages.items()}
    told = {key: foretold(spec) for key, spec in plan.specs.items()}
    known = {
        (arm, task): _Known(
            each, _size(prepared, task, each.languages, each.shares), told[arm, task]
        )
        for (arm, task), each in counted.items()
    }
    rows = []
    for arm, task in plan.specs:
        like = known.get((arm, task)) or _like(known, arm, task)
        row = _row(prepared, arm, task, like, sizes[task], told[arm, task])
        if (arm, task) in known:
            row["weights_bytes"] = counted[arm, task].weights_bytes
            row["expected_peak_bytes"] = counted[arm, task].peak_bytes
            row["extrapolated"] = known[arm, task].size_bytes < sizes[task]
        rows.append(row)
    once = [row["expected_s"] for row in rows]
    return {
        "rows": rows,
        "cells": len(plan.cells(settings.scenarios)),
        "expected_s": None if None in once else settings.processes * sum(once),
        "budget_s": settings.budget_s,
        "processes": settings.processes,
        "pairs": False,
    }


def _count(
    prepared: Prepared, within_s: float, clock: Callable[[], float]
) -> Mapping[tuple[str, str], Counted]:
    """Return what was counted of each (arm, task) in time."""
    settings = prepared.settings
    deadline = clock() + within_s

    def waiting() -> None:
        if clock() >= deadline:
            raise OutOfTime

    arms = [LiveArm(arm, settings.timeout_s, waiting=waiting) for arm in settings.arms]
    found: dict[tuple[str, str], Counted] = {}
    with ForkServer(arms[0].process.launch, within_s) as server:
        try:
            _share(server, arms)
        except ForkServerGone:
            return found
        for number, live in enumerate(arms):
            if clock() >= deadline:
                break
            until = clock() + (deadline - clock()) / (len(arms) - number)
            counted = count_arm(prepared, live, until, clock)
            found |= {(live.arm.text, task): each for task, each in counted.items()}
    return found


def _share(server: ForkServer, arms: Sequence[LiveArm]) -> None:
    """Have arms that are alike share their imports, which take longer than all else."""
    like = [
        live for live in arms if why_not_forked(arms[0].process.launch, live.process.launch) is None
    ]
    if len(like) > 1:
        server.renew()
        for live in like:
            live.process.fork_server = server


def _like(known: Mapping[tuple[str, str], _Known], arm: str, task: str) -> _Known | None:
    """Return what is most like a task of an arm of which nothing was counted."""
    own = [each for (text, _), each in known.items() if text == arm]
    same = [each for (_, name), each in known.items() if name == task]
    return next(iter([*own, *same, *known.values()]), None)


def _row(
    prepared: Prepared,
    arm: str,
    task: str,
    like: _Known | None,
    size_bytes: float,
    checkpoint: Foretold,
) -> dict[str, Any]:
    languages, scenarios = prepared.plan.languages[task], prepared.settings.scenarios
    row: dict[str, Any] = {
        "arm": arm,
        "task": task,
        "checkpoint": prepared.plan.specs[arm, task].entry,
        "languages": len(languages),
        "cells": len(languages) * len(scenarios),
        "examples": None,
        "tokens": None,
        "padded_tokens": None,
        "weights_bytes": checkpoint.weights_bytes,
        "expected_peak_bytes": None,
        "forward_s": None,
        "expected_s": None,
        "extrapolated": True,
    }
    if like is None:
        return row
    counted = like.counted
    scale = size_bytes / max(1, like.size_bytes)
    tokens, padded = round(counted.tokens * scale), round(counted.padded_tokens * scale)
    passes = {"offline": padded, "single-stream": min(tokens, padded)}
    token_ns = counted.ns_per_token
    token_ns *= _ratio(checkpoint.layer_parameters, like.foretold.layer_parameters)
    work_ns = sum(passes[name] for name in scenarios) * token_ns
    load_ns = counted.load_ns * _ratio(checkpoint.weights_bytes, like.foretold.weights_bytes)
    return row | {
        "examples": round(counted.examples * scale),
        "tokens": tokens,
        "padded_tokens": padded,
        "forward_s": padded * token_ns / 1e9,
        "expected_s": (load_ns + work_ns) / 1e9,
    }


def _ratio(one: int | None, other: int | None) -> float:
    return one / other if one and other else 1.0


def _size(
    prepared: Prepared,
    task: str,
    languages: tuple[str, ...],
    shares: tuple[float, ...] | None = None,
) -> float:
    shares = shares or (1.0,) * len(languages)
    if prepared.settings.few is not None:
        return sum(shares)  # data of any size are as many examples then
    sizes = (prepared.inputs.sizes[task, language] for language in languages)
    return sum(size * share for size, share in zip(sizes, shares, strict=True))
