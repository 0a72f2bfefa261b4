"""The gate: which limits a comparison proves to be exceeded, which it proves to be kept.

A check fails only on proof, after correction for the number of cells; it passes only on
proof as well; between the two it is inconclusive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from xlbench.cell import OFFLINE, Cell
from xlbench.judge.comparison import CellComparison, Comparison, Estimate
from xlbench.judge.estimates import main_effects
from xlbench.stats.observations import Observations, Quantity, main_quantity
from xlbench.stats.verdicts import ALPHA, INTERIM_ALPHA, exceeds

Outcome = Literal["pass", "fail", "inconclusive"]
_OUTCOMES: dict[bool | None, Outcome] = {True: "fail", False: "pass", None: "inconclusive"}
OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Limits:
    """What the gate allows; ``None`` is not checked.

    Attributes:
        max_drift: growth of latency (single-stream) and of the time of a pass (offline).
        max_memory_growth: growth of the cell's peak memory.
        max_metric_drop: drop of the metric, in percentage points.
    """

    max_drift: float
    max_memory_growth: float | None = None
    max_metric_drop: float | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One limit on one cell (or on the mean over cells).

    Attributes:
        what: ``latency``, ``time of a pass``, ``memory`` or ``metric``.
        where: task, language and scenario, or ``overall`` and the scenario.
        limit: share, or percentage points of a metric.
        value, lo, hi: the change that was measured, in the limit's unit, with its 95 %
            interval; ``None`` where there is none.
        outcome: whether the limit is proven to be kept or exceeded.
        error: why nothing could be measured.
        reason: why nothing could be compared, though nothing failed.
    """

    what: str
    where: tuple[str, ...]
    limit: float
    value: float | None
    lo: float | None
    hi: float | None
    outcome: Outcome
    error: str | None = None
    reason: str | None = None

    @property
    def sentence(self) -> str:
        """What was found, in one line."""
        place = " ".join(self.where)
        if self.error is not None:
            return f"{place}: {self.what} was not measured: {self.error.splitlines()[0]}"
        if self.reason is not None:
            return f"{place}: {self.what} could not be checked: {self.reason}"
        if self.value is None or self.lo is None or self.hi is None:
            return f"{place}: too few processes to judge {self.what}"
        if self.what == "metric":
            return (
                f"{place}: the metric changed by {self.value:+.2f} points "
                f"[{self.lo:+.2f}, {self.hi:+.2f}], limit -{self.limit:g}"
            )
        return (
            f"{place}: {self.what} drifted by {self.value:+.2%} "
            f"[{self.lo:+.2%}, {self.hi:+.2%}], limit {100 * self.limit:+g}%"
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "where": list(self.where),
            "limit": self.limit,
            "value": self.value,
            "lo": self.lo,
            "hi": self.hi,
            "outcome": self.outcome,
            "error": self.error,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Gate:
    """All checks, and what they come to.

    Attributes:
        baseline, current: what was compared.
        checks: in order of cells.
        notes: sentences that a reader must know.
    """

    baseline: str
    current: str
    checks: tuple[Check, ...]
    notes: tuple[str, ...]

    @property
    def outcome(self) -> Outcome:
        """``fail`` if any check failed, ``pass`` if all passed, else ``inconclusive``."""
        found = {check.outcome for check in self.checks}
        if "fail" in found:
            return "fail"
        return "pass" if found == {"pass"} else "inconclusive"

    @property
    def judged(self) -> bool:
        """Whether anything at all could be held against a limit."""
        return any(check.value is not None for check in self.checks)

    def count(self, outcome: Outcome) -> int:
        """Return the number of checks with this outcome."""
        return sum(check.outcome == outcome for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        return {
            "baseline": self.baseline,
            "current": self.current,
            "outcome": self.outcome,
            "judged": self.judged,
            "checks": [check.to_json() for check in self.checks],
            "notes": list(self.notes),
        }


def gate(comparison: Comparison, limits: Limits, alpha: float = ALPHA) -> Gate:
    """Hold a comparison against limits.

    What could not be compared is an inconclusive check by name: a cell of the baseline that the
    current state does not have, and a limit that no cell says anything about.

    Args:
        comparison: of the baseline (A) with the current state (B).
        limits: what is allowed.
        alpha: probability of any false alarm among the cells of a quantity.
    """
    checks: list[Check] = []
    for scenario in comparison.overall:
        cells = [c for c in comparison.cells if c.cell.scenario == scenario]
        if not cells:
            continue
        main, name = main_quantity(cells[0].cell), _main_name(cells[0].cell)
        checks += _ratios(cells, main, name, limits.max_drift, alpha)
        if len(cells) > 1:
            whole = comparison.overall[scenario]
            outcome = _OUTCOMES[exceeds([whole.effect], limits.max_drift, alpha)[0]]
            checks.append(_ratio(whole, (OVERALL, scenario), name, limits.max_drift, outcome))
        if limits.max_memory_growth is not None:
            checks += _ratios(cells, "memory", "memory", limits.max_memory_growth, alpha)
        if limits.max_metric_drop is not None:
            scored = [c for c in cells if c.metric is not None or scenario == OFFLINE]
            checks += [_metric(c, limits.max_metric_drop) for c in scored]
    checks += _uncompared(comparison, limits)
    if limits.max_metric_drop is not None and all(check.what != "metric" for check in checks):
        reason = "it comes from the offline scenario, which was not measured"
        checks.append(_unchecked("metric", (OVERALL, OFFLINE), limits.max_metric_drop, reason))
    return Gate(comparison.a, comparison.b, tuple(checks), comparison.notes)


def _uncompared(comparison: Comparison, limits: Limits) -> Iterator[Check]:
    """Yield a check for each limit on each cell that there was nothing to hold against."""
    for each in comparison.uncompared:
        where = tuple(each.cell)
        yield _unchecked(_main_name(each.cell), where, limits.max_drift, each.reason)
        if limits.max_memory_growth is not None:
            yield _unchecked("memory", where, limits.max_memory_growth, each.reason)
        if limits.max_metric_drop is not None and each.cell.scenario == OFFLINE:
            yield _unchecked("metric", where, limits.max_metric_drop, each.reason)


def _unchecked(what: str, where: tuple[str, ...], limit: float, reason: str) -> Check:
    return Check(what, where, limit, None, None, None, "inconclusive", reason=reason)


def _main_name(cell: Cell) -> str:
    return "latency" if main_quantity(cell) == "latency_p50" else "time of a pass"


def unproven(
    limits: Limits, alpha: float = INTERIM_ALPHA
) -> Callable[[Observations, list[Cell]], set[Cell]]:
    """Return the function that finds the cells whose drift is proven neither way."""

    def find(observations: Observations, cells: list[Cell]) -> set[Cell]:
        return {
            cell
            for mine, found in main_effects(observations, cells)
            for cell, over in zip(mine, exceeds(found, limits.max_drift, alpha), strict=True)
            if over is None
        }

    return find


def _ratios(
    cells: Sequence[CellComparison], quantity: Quantity, name: str, limit: float, alpha: float
) -> list[Check]:
    estimates = [c.estimates.get(quantity) for c in cells]
    made = exceeds([None if e is None else e.effect for e in estimates], limit, alpha)
    return [
        _ratio(estimate, tuple(c.cell), name, limit, _OUTCOMES[over], c.error)
        for c, estimate, over in zip(cells, estimates, made, strict=True)
    ]


def _ratio(
    estimate: Estimate | None,
    where: tuple[str, ...],
    name: str,
    limit: float,
    outcome: Outcome,
    error: str | None = None,
) -> Check:
    if estimate is None or estimate.ratio is None or estimate.interval is None:
        return Check(name, where, limit, None, None, None, "inconclusive", error)
    lo, hi = estimate.interval
    return Check(name, where, limit, estimate.ratio - 1, lo - 1, hi - 1, outcome, error)


def _metric(cell: CellComparison, limit: float) -> Check:
    change = cell.metric
    if change is None and cell.error is not None:
        nothing = (None, None, None)
        return Check("metric", tuple(cell.cell), limit, *nothing, "inconclusive", cell.error)
    if change is None:
        reason = "there is no metric of the same examples on both sides"
        return _unchecked("metric", tuple(cell.cell), limit, reason)
    value = change.b - change.a
    outcome: Outcome = "inconclusive"
    if change.hi < -limit:
        outcome = "fail"
    elif change.lo >= -limit:
        outcome = "pass"
    return Check("metric", tuple(cell.cell), limit, value, change.lo, change.hi, outcome)
