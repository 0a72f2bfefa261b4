"""``xlbench gate --calibrate``: what this machine can see, by comparing an arm with itself."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from xlbench.cli.gate_outputs import Outputs
from xlbench.cli.output import say

if TYPE_CHECKING:
    from xlbench.compare.live import Asked
    from xlbench.judge.comparison import Comparison
    from xlbench.judge.gate import Limits


def calibrate_arm(
    arm: str,
    times: int,
    asked: Asked,
    out: Path | None,
    limits: Limits,
    outputs: Outputs,
) -> None:
    """Compare the arm with itself ``times`` times and print what that tells of the gate."""
    from xlbench.cli.live import measure
    from xlbench.judge.calibrate import calibration
    from xlbench.judge.gate import unproven

    comparisons: list[Comparison] = []
    for number in range(times):
        say(f"xlbench: A/A comparison {number + 1} of {times}")
        settings = replace(asked.settings, seed=asked.settings.seed + number)
        folder = None if out is None else out / f"{number + 1:03d}"
        each = replace(asked, settings=settings)
        comparisons += measure(each, folder, unproven(limits))[0]
    found = calibration(comparisons, limits)
    if ("json", None) in outputs:
        print(json.dumps(found.to_json(), indent=1))
        return
    drift = found.detectable_drift
    print(
        f"{found.false_alarms} false alarms in {found.comparisons} comparisons of {arm} with "
        f"itself at --max-drift {limits.max_drift:.1%} (rate at most "
        f"{found.false_alarm_rate_hi:.1%} with 95 % confidence)"
    )
    if drift is None:
        print("no cell had enough processes for an estimate")
    else:
        print(
            "smallest drift of a cell that is proven beyond the limit with 95 % power in "
            f"{asked.settings.budget_s:g} s: {drift:.1%} (standard error "
            f"{found.typical_se:.2%})"
        )
