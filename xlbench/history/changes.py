"""When a cell's latency changed: change points in the series of its runs.

What is judged are logarithms, so that a change is a ratio. Over the cells of a history the
false discoveries are held down, and beside the cells stand the means over all of them: a
change that is common to all cells shows there long before it shows in one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from xlbench.cell import ArmCell
from xlbench.history.series import Point, Series
from xlbench.judge.circumstances import differences
from xlbench.stats.change_points import MIN_POINTS, RATE, change_points
from xlbench.stats.shift import shift

ALL = "all"
"""Stands for task and language in a line that is the mean of many cells."""


@dataclass(frozen=True, slots=True)
class Step:
    """A change of level.

    Attributes:
        index: first point of the new level.
        before_ms, after_ms: medians of the levels.
        ratio: after over before, the Hodges-Lehmann estimate.
        ratio_lo, ratio_hi: its 95 % interval, given the place of the change; ``None`` where
            the levels have too few points.
        p: p value of the test that found it.
        reference_ratio: the same of the machine's reference kernel; ``None``: not recorded.
        with_it: what else differs between the run before and the first run after.
    """

    index: int
    before_ms: float
    after_ms: float
    ratio: float
    ratio_lo: float | None
    ratio_hi: float | None
    p: float
    reference_ratio: float | None
    with_it: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A series and its changes.

    Attributes:
        series: the series; for a mean of cells task and language are ``ALL``.
        cells: cells behind it.
        steps: in time order.
    """

    series: Series
    cells: int
    steps: tuple[Step, ...]

    @property
    def judged(self) -> bool:
        """Whether there are enough points for a test."""
        return len(self.series.points) >= MIN_POINTS


@dataclass(frozen=True, slots=True)
class History:
    """All lines of a history: ``means`` over cells, and ``cells``."""

    means: tuple[Line, ...]
    cells: tuple[Line, ...]
    false_discoveries: float


def history(series: Sequence[Series], rate: float = RATE) -> History:
    """Return the changes of every series.

    Args:
        series: of the cells.
        rate: expected share of false ones among the changes; for the cells and for the means
            each.
    """
    means = list(_means(series))
    return History(
        tuple(_judged([mean for mean, _ in means], [count for _, count in means], rate)),
        tuple(_judged(series, [1] * len(series), rate)),
        rate,
    )


def _judged(series: Sequence[Series], cells: Sequence[int], rate: float) -> Iterable[Line]:
    logs = [np.log([point.value_ms for point in one.points]) for one in series]
    for one, values, count, changes in zip(
        series, logs, cells, change_points(logs, rate), strict=True
    ):
        places = [0, *(change.index for change in changes), len(values)]
        steps = [
            _step(one.points, values, places[i : i + 3], change.p)
            for i, change in enumerate(changes)
        ]
        yield Line(one, count, tuple(steps))


def _step(points: Sequence[Point], logs: np.ndarray, places: Sequence[int], p: float) -> Step:
    start, index, end = places
    before, after = logs[start:index], logs[index:end]
    moved = shift(before, after)
    return Step(
        index,
        math.exp(float(np.median(before))),
        math.exp(float(np.median(after))),
        math.exp(moved.value),
        None if moved.lo is None else math.exp(moved.lo),
        None if moved.hi is None else math.exp(moved.hi),
        p,
        _reference_ratio(points[start:index], points[index:end]),
        differences(points[index - 1].circumstances or {}, points[index].circumstances or {}),
    )


def _reference_ratio(before: Sequence[Point], after: Sequence[Point]) -> float | None:
    a, b = ([p.reference_ns for p in part if p.reference_ns] for part in (before, after))
    return float(np.median(b) / np.median(a)) if a and b else None


def _means(series: Sequence[Series]) -> Iterable[tuple[Series, int]]:
    """Yield the geometric mean over cells that share arm, scenario, machine and runs.

    Cells with gaps of their own would move the mean without any change.
    """
    groups: dict[tuple[Any, ...], list[Series]] = {}
    for one in series:
        runs = tuple(point.run.run_id for point in one.points)
        place = one.key.arm, one.key.scenario, one.machine, runs
        groups.setdefault(place, []).append(one)
    variants: dict[tuple[Any, ...], int] = {}
    for (arm, scenario, machine, runs), members in groups.items():
        if len(members) < 2 or len(runs) < MIN_POINTS:
            continue
        variant = variants.get((arm, scenario, machine), 0)
        variants[arm, scenario, machine] = variant + 1
        key = ArmCell(arm, ALL, ALL, scenario)
        points = [_mean_point([m.points[i] for m in members]) for i in range(len(runs))]
        yield Series(key, machine, variant, tuple(points)), len(members)


def _mean_point(points: Sequence[Point]) -> Point:
    mean = math.exp(float(np.mean([math.log(point.value_ms) for point in points])))
    disturbed = sum(point.disturbed for point in points) > len(points) / 2
    first = points[0]
    return Point(first.run, mean, disturbed, first.reference_ns, first.circumstances)
