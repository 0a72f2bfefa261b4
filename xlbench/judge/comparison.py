"""The result of a comparison as values: what compare prints, gate decides on and files hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlbench.cell import Cell
from xlbench.stats.effects import Effect
from xlbench.stats.observations import Quantity, main_quantity
from xlbench.stats.verdicts import OF_MEMORY, Claim


@dataclass(frozen=True, slots=True)
class Estimate:
    """The ratio B/A of one quantity, with its verdict.

    Attributes:
        effect: the log ratio; ``None`` where too few processes were measured.
        verdict: at the comparison's margin, corrected for the number of cells.
    """

    effect: Effect | None
    verdict: Claim

    @property
    def ratio(self) -> float | None:
        return None if self.effect is None else math.exp(self.effect.value)

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the ratio, not corrected for the number of cells."""
        if self.effect is None:
            return None
        lo, hi = self.effect.interval()
        return _exp(lo), _exp(hi)

    def to_json(self) -> dict[str, Any]:
        """Return ratio, interval, verdict and what stands behind them."""
        effect, interval = self.effect, self.interval
        return {
            "ratio": self.ratio,
            "ratio_lo": None if interval is None else interval[0],
            "ratio_hi": None if interval is None else interval[1],
            "verdict": self.verdict,
            "log_ratio": None if effect is None else effect.value,
            "log_ratio_se": None if effect is None else effect.se,
            "df": None if effect is None else effect.df,
            "processes": 0 if effect is None else effect.processes,
        }


@dataclass(frozen=True, slots=True)
class MetricChange:
    """The metric of both arms on the same examples.

    Attributes:
        name: of the metric.
        a, b: its values in percent.
        lo, hi: 95 % paired bootstrap interval of ``b - a``, in percentage points.
        only_a, only_b, p: McNemar's exact test, for accuracies: examples that only one arm
            has right, and the p value.
    """

    name: str
    a: float
    b: float
    lo: float
    hi: float
    only_a: int | None = None
    only_b: int | None = None
    p: float | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "metric_name": self.name,
            "metric_a": self.a,
            "metric_b": self.b,
            "metric_change": self.b - self.a,
            "metric_change_lo": self.lo,
            "metric_change_hi": self.hi,
            "mcnemar_only_a": self.only_a,
            "mcnemar_only_b": self.only_b,
            "mcnemar_p": self.p,
        }


@dataclass(frozen=True, slots=True)
class CellComparison:
    """One cell: an estimate for each quantity that was measured, and the metric's change."""

    cell: Cell
    estimates: dict[Quantity, Estimate]
    metric: MetricChange | None
    flags: tuple[str, ...] = ()
    error: str | None = None

    @property
    def main(self) -> Estimate:
        """The estimate that the cell's verdict is about."""
        return self.estimates.get(main_quantity(self.cell), NOTHING)

    def to_json(self) -> dict[str, Any]:
        return {
            **self.cell._asdict(),
            "verdict": self.main.verdict,
            "main": main_quantity(self.cell),
            "quantities": {
                name: e.to_json() | {"verdict": said(name, e.verdict)}
                for name, e in self.estimates.items()
            },
            **(self.metric.to_json() if self.metric else {}),
            "flags": list(self.flags),
            "error": self.error,
        }


def said(quantity: Quantity, claim: Claim) -> str:
    """Return a claim in the words of its quantity: memory is more or less, not slower or faster."""
    return OF_MEMORY.get(claim, claim) if quantity == "memory" else claim


NOTHING = Estimate(None, "inconclusive")


@dataclass(frozen=True, slots=True)
class Uncompared:
    """A cell of A that has no counterpart: nothing is known of what became of it.

    Attributes:
        cell: which.
        reason: why there is nothing to hold against it.
    """

    cell: Cell
    reason: str

    def to_json(self) -> dict[str, Any]:
        return {**self.cell._asdict(), "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A whole comparison.

    Attributes:
        a, b: the arms (or result folders).
        margin: largest share that counts as no difference.
        alpha: probability of any wrong claim among the cells of one quantity.
        cells: one for each cell, in order.
        overall: for each scenario the estimate of the mean over cells of its main quantity.
        between_cells: for each scenario the standard deviation of the cells' log ratios
            beyond their own uncertainty; ``None`` with one cell.
        notes: sentences that a reader must know.
        uncompared: cells of A that B does not have.
    """

    a: str
    b: str
    margin: float
    alpha: float
    cells: tuple[CellComparison, ...]
    overall: dict[str, Estimate]
    between_cells: dict[str, float | None]
    notes: tuple[str, ...] = ()
    uncompared: tuple[Uncompared, ...] = ()

    @property
    def verdict(self) -> Claim:
        """The verdict on the whole: what all scenarios say alike, else inconclusive."""
        found = {estimate.verdict for estimate in self.overall.values()}
        return found.pop() if len(found) == 1 else "inconclusive"

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON-ready values; all ratios are B over A."""
        return {
            "a": self.a,
            "b": self.b,
            "margin": self.margin,
            "alpha": self.alpha,
            "verdict": self.verdict,
            "overall": {
                name: e.to_json() | {"between_cells_sd": self.between_cells.get(name)}
                for name, e in self.overall.items()
            },
            "cells": [cell.to_json() for cell in self.cells],
            "notes": list(self.notes),
            "uncompared": [each.to_json() for each in self.uncompared],
        }


def between(effects: Sequence[Effect | None]) -> float | None:
    """Return the standard deviation between cells beyond their uncertainty, at least 0.

    The moment estimator of DerSimonian and Laird 1986 (Control. Clin. Trials 7:177), with
    equal weights.
    """
    known = [e for e in effects if e is not None]
    if len(known) < 2:
        return None
    mean = sum(e.value for e in known) / len(known)
    spread = sum((e.value - mean) ** 2 for e in known) / (len(known) - 1)
    return math.sqrt(max(0.0, spread - sum(e.se**2 for e in known) / len(known)))


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf
