"""What a gate on this machine can see: from comparisons of an arm with itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlbench.judge.comparison import Comparison
from xlbench.judge.gate import Limits, gate
from xlbench.stats.effects import Effect
from xlbench.stats.student import quantile
from xlbench.stats.verdicts import ALPHA

POWER = 0.95


@dataclass(frozen=True, slots=True)
class Calibration:
    """What repeated A/A comparisons showed.

    Attributes:
        comparisons: how many there were.
        false_alarms: those in which a check failed although nothing differed.
        false_alarm_rate_hi: upper end of the exact one-sided 95 % interval of their rate.
        detectable_drift: smallest true drift of a cell that a comparison like these proves to
            exceed the limit with 95 % power; ``None`` where a cell had no estimate.
        typical_se: root mean square standard error of a cell's log ratio.
    """

    comparisons: int
    false_alarms: int
    false_alarm_rate_hi: float
    detectable_drift: float | None
    typical_se: float | None

    def to_json(self) -> dict[str, Any]:
        return {
            "comparisons": self.comparisons,
            "false_alarms": self.false_alarms,
            "false_alarm_rate": self.false_alarms / self.comparisons,
            "false_alarm_rate_hi": self.false_alarm_rate_hi,
            "detectable_drift": self.detectable_drift,
            "typical_se": self.typical_se,
            "power": POWER,
        }


def calibration(
    comparisons: Sequence[Comparison], limits: Limits, alpha: float = ALPHA
) -> Calibration:
    """Return what comparisons of an arm with itself say of this machine.

    The detectable drift is the limit, plus what a check needs to prove (at the level that
    Holm's procedure asks of the first of the cells), plus what it needs to do so 19 times
    out of 20, both in standard errors as they were on this machine.

    Args:
        comparisons: at least one, all of the same cells.
        limits: those of the gate.
        alpha: that of the gate.
    """
    alarms = sum(gate(c, limits, alpha).outcome == "fail" for c in comparisons)
    effects = [e for c in comparisons for cell in c.cells if (e := cell.main.effect) is not None]
    cells = max(len(c.cells) for c in comparisons)
    detectable, se = _detectable(effects, limits.max_drift, alpha / cells)
    return Calibration(len(comparisons), alarms, _upper(alarms, len(comparisons)), detectable, se)


def _detectable(
    effects: Sequence[Effect], limit: float, level: float
) -> tuple[float | None, float | None]:
    if not effects:
        return None, None
    se = math.sqrt(sum(e.se**2 for e in effects) / len(effects))
    df = sum(e.df for e in effects) / len(effects)
    needed = quantile(1 - level / 2, df) + quantile(POWER, df)
    return math.exp(math.log1p(limit) + needed * se) - 1, se


def _upper(k: int, n: int, level: float = 0.95) -> float:
    """Return the exact upper bound of a rate (Clopper and Pearson 1934, Biometrika 26:404)."""
    if k == n:
        return 1.0
    low, high = k / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        at_most = sum(math.comb(n, i) * middle**i * (1 - middle) ** (n - i) for i in range(k + 1))
        low, high = (middle, high) if at_most > 1 - level else (low, middle)
    return high
