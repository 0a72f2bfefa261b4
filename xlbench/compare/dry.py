"""What a live comparison would do, and the least that it takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from xlbench.arms import Arm
from xlbench.cell import ArmCell
from xlbench.compare.ending import LEAST_TURNS
from xlbench.compare.live import Asked, ready
from xlbench.run import dry
from xlbench.run.prepare import Warn


def estimate(asked: Asked, warn: Warn) -> dict[str, Any]:
    """Return the plan as ``run.dry.estimate`` does; nothing is written.

    ``expected_s`` is the least number of pairs of processes: a visit to every cell in each, and
    the least time in turns after it.

    Raises:
        UserError: something asked for does not exist, or can't be measured.
    """
    prepared, cpus = ready(asked, warn)
    arms = tuple(_there(arm, cpus) for arm in prepared.settings.arms)
    settings = replace(prepared.settings, arms=arms)
    plan = dry.estimate(replace(prepared, settings=settings))
    once_s = plan["expected_s"]
    both = _in_common(prepared.plan.cells(settings.scenarios))
    return plan | {
        "cells": len(both),
        "expected_s": None if once_s is None else once_s * (1 + LEAST_TURNS),
        "pairs": True,
    }


def _there(arm: Arm, cpus: tuple[int, ...] | None) -> Arm:
    """Return the arm on the processors that both share, as its worker is moved there."""
    if cpus is None or arm.options.cpus is not None:
        return arm
    return replace(arm, options=replace(arm.options, cpus=cpus))


def _in_common(keys: list[ArmCell]) -> set[tuple[str, ...]]:
    arms = list(dict.fromkeys(key.arm for key in keys))
    cells = [{tuple(key.cell) for key in keys if key.arm == arm} for arm in arms]
    return set.intersection(*cells)
