"""How several arms stand, each held against the first: their ranks, and which are the best choices.

An arm is a best choice (it belongs to the Pareto set) where no other is at least as good in
latency, throughput, memory and metric, and better in one of them. What is proven to be equivalent
to the first arm counts as equal to it, so that noise makes no arm the better one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xlbench.cell import OFFLINE, SINGLE_STREAM
from xlbench.judge.comparison import Comparison, Estimate


@dataclass(frozen=True, slots=True)
class Standing:
    """One arm among all; ``None``: not measured, or unknown.

    Attributes:
        arm: its text.
        latency, throughput, memory: ratios to the first arm over all cells.
        latency_interval, throughput_interval: their 95 % intervals.
        metric_change: mean over cells of the metric's change, in percentage points.
        latency_rank, throughput_rank: 1 is the best; equal values share a rank.
        best_choice: whether it belongs to the Pareto set.
        failed: cells that failed.
    """

    arm: str
    latency: float | None = None
    latency_interval: tuple[float, float] | None = None
    throughput: float | None = None
    throughput_interval: tuple[float, float] | None = None
    memory: float | None = None
    metric_change: float | None = None
    latency_rank: int | None = None
    throughput_rank: int | None = None
    best_choice: bool = False
    failed: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return all of it, JSON-ready, the ends of intervals under names of their own."""
        latency, throughput = (
            interval or (None, None)
            for interval in (self.latency_interval, self.throughput_interval)
        )
        return {
            "arm": self.arm,
            "latency_ratio": self.latency,
            "latency_ratio_lo": latency[0],
            "latency_ratio_hi": latency[1],
            "latency_rank": self.latency_rank,
            "throughput_ratio": self.throughput,
            "throughput_ratio_lo": throughput[0],
            "throughput_ratio_hi": throughput[1],
            "throughput_rank": self.throughput_rank,
            "memory_ratio": self.memory,
            "metric_change": self.metric_change,
            "best_choice": self.best_choice,
            "failed": self.failed,
        }


@dataclass(frozen=True, slots=True)
class _Costs:
    """What is weighed: lower is better in all; ``None`` is not weighed."""

    latency: float | None
    pass_time: float | None
    memory: float | None
    metric_drop: float | None

    @property
    def known(self) -> tuple[float | None, ...]:
        return self.latency, self.pass_time, self.memory, self.metric_drop


def standings(comparisons: Sequence[Comparison]) -> tuple[Standing, ...]:
    """Return how the arms stand, sorted by latency, those without one last.

    Args:
        comparisons: of each other arm with the same first one.
    """
    first = Standing(comparisons[0].a, 1.0, None, 1.0, None, 1.0, 0.0)
    made = [first, *map(_standing, comparisons)]
    costs = [_costs_of_first(comparisons), *map(_costs, comparisons)]
    by_latency = _ranks([each.latency for each in costs])
    by_throughput = _ranks([each.pass_time for each in costs])
    ranked = [
        replace(
            each,
            latency=each.latency if cost.latency is not None else None,
            throughput=each.throughput if cost.pass_time is not None else None,
            latency_rank=latency,
            throughput_rank=throughput,
            best_choice=any(known is not None for known in cost.known)
            and not any(_beats(other, cost) for other in costs),
        )
        for each, cost, latency, throughput in zip(
            made, costs, by_latency, by_throughput, strict=True
        )
    ]
    return tuple(sorted(ranked, key=_order))


def all_to_json(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """Return one comparison as it is, or several with the standings of their arms."""
    if len(comparisons) == 1:
        return comparisons[0].to_json()
    return {
        "a": comparisons[0].a,
        "arms": [each.to_json() for each in standings(comparisons)],
        "comparisons": [each.to_json() for each in comparisons],
    }


def _order(standing: Standing) -> tuple[float, float]:
    ranks = standing.latency_rank, standing.throughput_rank
    return tuple(math.inf if rank is None else rank for rank in ranks)  # type: ignore[return-value]


def _standing(comparison: Comparison) -> Standing:
    single, offline = (comparison.overall.get(name) for name in (SINGLE_STREAM, OFFLINE))
    time = None if offline is None else offline.interval
    return Standing(
        comparison.b,
        latency=_ratio(single),
        latency_interval=None if single is None else single.interval,
        throughput=_inverse(_ratio(offline)),
        throughput_interval=None if time is None else (1 / time[1], 1 / time[0]),
        memory=_memory(comparison)[0],
        metric_change=_metric(comparison)[0],
        failed=sum(bool(cell.error) for cell in comparison.cells),
    )


def _costs(comparison: Comparison) -> _Costs:
    single, offline = (comparison.overall.get(name) for name in (SINGLE_STREAM, OFFLINE))
    memory, same = _memory(comparison)
    change, within = _metric(comparison)
    return _Costs(
        _settled(single),
        _settled(offline),
        1.0 if same else memory,
        None if change is None else 0.0 if within else -change,
    )


def _costs_of_first(comparisons: Sequence[Comparison]) -> _Costs:
    """The first arm's: what no other was held against it in is unknown of it as well."""
    others = [_costs(comparison) for comparison in comparisons]

    def known(part: Callable[[_Costs], float | None], value: float) -> float | None:
        return value if any(part(other) is not None for other in others) else None

    return _Costs(
        known(lambda c: c.latency, 1.0),
        known(lambda c: c.pass_time, 1.0),
        known(lambda c: c.memory, 1.0),
        known(lambda c: c.metric_drop, 0.0),
    )


def _settled(estimate: Estimate | None) -> float | None:
    """Return the ratio; 1 where it is proven to be equivalent."""
    if estimate is None or estimate.ratio is None:
        return None
    return 1.0 if estimate.verdict == "equivalent" else estimate.ratio


def _ratio(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.ratio


def _inverse(value: float | None) -> float | None:
    return None if not value else 1 / value


def _memory(comparison: Comparison) -> tuple[float | None, bool]:
    """Return the mean ratio of peaks over cells, and whether every cell's is equivalent."""
    found = [cell.estimates["memory"] for cell in comparison.cells if "memory" in cell.estimates]
    logs = [each.effect.value for each in found if each.effect is not None]
    same = bool(found) and all(each.verdict == "equivalent" for each in found)
    return (math.exp(sum(logs) / len(logs)) if logs else None), same


def _metric(comparison: Comparison) -> tuple[float | None, bool]:
    """Return the mean change of the metric over cells, and whether 0 is within its interval.

    The cells' intervals are of independent examples, so their half-widths add as variances do.
    """
    changes = [cell.metric for cell in comparison.cells if cell.metric is not None]
    if not changes:
        return None, False
    mean = sum(each.b - each.a for each in changes) / len(changes)
    half = math.sqrt(sum(((each.hi - each.lo) / 2) ** 2 for each in changes)) / len(changes)
    return mean, abs(mean) <= half


def _ranks(values: Sequence[float | None]) -> list[int | None]:
    """Return 1 for the lowest, the same for equal values; ``None`` for none."""
    known = [value for value in values if value is not None]
    return [
        None if value is None else 1 + sum(other < value for other in known) for value in values
    ]


def _beats(one: _Costs, other: _Costs) -> bool:
    """Tell whether an arm is nowhere worse and somewhere better, where both are known."""
    both = [
        (mine, theirs)
        for mine, theirs in zip(one.known, other.known, strict=True)
        if mine is not None and theirs is not None
    ]
    return all(mine <= theirs for mine, theirs in both) and any(
        mine < theirs for mine, theirs in both
    )
