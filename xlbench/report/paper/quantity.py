"""What a table can show of a cell, by the name that ``--values`` takes. One line each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Literal

from xlbench.cell import OFFLINE, SCENARIOS, SINGLE_STREAM, Cell, Scenario
from xlbench.flags import Flag
from xlbench.report.cells import Interval, SeenCell
from xlbench.report.numbers import MIB
from xlbench.report.paper.doubt import COUNTS, MEMORY, METRICS, TIMES
from xlbench.report.whole import Whole
from xlbench.stats.observations import Quantity as Compared

Over = Literal["mean", "geometric mean", "maximum"]


def _geometric(values: Sequence[float]) -> float:
    return exp(sum(map(log, values)) / len(values)) if min(values) > 0 else 0.0


OVER: dict[Over, Callable[[Sequence[float]], float]] = {
    "mean": lambda values: sum(values) / len(values),
    "geometric mean": _geometric,
    "maximum": max,
}
"""How the values of several languages become one."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something measured of a cell.

    Attributes:
        name: for the command line.
        title: with its unit.
        column: of ``cells.parquet``.
        digits: decimals to show.
        scenario: where it is taken from; ``None``: the highest of both.
        over: how languages are put together.
        points: whether a change is a difference in percentage points, not a ratio.
        compared: its name in a comparison; ``None`` where none says anything of it.
        inverse: whether that is the inverse of it: time of a pass, and throughput.
        scale: what a stored value is divided by.
        doubtful: flags of cells whose value of it may not be what it seems.
    """

    name: str
    title: str
    column: str
    digits: int
    scenario: Scenario | None = SINGLE_STREAM
    over: Over = "geometric mean"
    points: bool = False
    compared: Compared | None = None
    inverse: bool = False
    scale: float = 1.0
    doubtful: frozenset[Flag] = TIMES


_ALL = (
    Quantity(
        "metric", "metric, %", "metric_value", 1, OFFLINE, "mean", points=True, doubtful=METRICS
    ),
    Quantity("p50", "p50, ms", "latency_p50_ms", 2, compared="latency_p50"),
    Quantity("p90", "p90, ms", "latency_p90_ms", 2),
    Quantity("p95", "p95, ms", "latency_p95_ms", 2, compared="latency_p95"),
    Quantity("p99", "p99, ms", "latency_p99_ms", 2),
    Quantity("mean", "mean latency, ms", "latency_mean_ms", 2),
    Quantity("end-to-end", "end to end, ms", "end_to_end_p50_ms", 2, compared="end_to_end_p50"),
    Quantity(
        "throughput",
        "examples/s",
        "throughput_examples_per_s",
        1,
        OFFLINE,
        compared="pass_time",
        inverse=True,
    ),
    Quantity("tokens-per-s", "tokens/s", "throughput_tokens_per_s", 0, OFFLINE),
    Quantity(
        "memory",
        "peak MiB",
        "",
        0,
        None,
        "maximum",
        compared="memory",
        scale=MIB,
        doubtful=MEMORY,
    ),
    Quantity("tokens-per-word", "tokens/word", "tokens_per_word", 2, doubtful=COUNTS),
    Quantity("tokens-per-char", "tokens/character", "tokens_per_char", 2, doubtful=COUNTS),
    Quantity("tokens", "tokens/English", "tokens_relative_to_english", 2, doubtful=COUNTS),
    Quantity("padding", "padding efficiency", "padding_efficiency", 3, OFFLINE, doubtful=COUNTS),
    Quantity("cut", "examples cut", "n_truncated", 0, OFFLINE, "maximum", doubtful=COUNTS),
    Quantity("examples", "examples", "n_examples", 0, OFFLINE, "maximum", doubtful=COUNTS),
    Quantity("load", "load, s", "load_s", 2),
    Quantity("first-batch", "first batch, ms", "first_batch_ms", 1),
    Quantity(
        "weights",
        "weights, MiB",
        "weights_bytes",
        0,
        over="maximum",
        scale=MIB,
        doubtful=frozenset(),
    ),
    Quantity("energy", "J/example", "energy_j_per_example", 3, OFFLINE),
)
QUANTITIES: dict[str, Quantity] = {quantity.name: quantity for quantity in _ALL}


def behind(whole: Whole, quantity: Quantity, arm: str, task: str, language: str) -> list[SeenCell]:
    """Return the cells that it is taken from for a task and language."""
    if quantity.scenario is None:
        return _cells(whole, arm, task, language)
    cell = whole.find(arm, Cell(task, language, scenario_of(whole, quantity)))
    return [] if cell is None else [cell]


def measured(
    whole: Whole, quantity: Quantity, arm: str, task: str, language: str
) -> Interval | None:
    """Return what was measured of it for a task and language; ``None`` where it was not."""
    if not quantity.column:
        peaks = [b for cell in _cells(whole, arm, task, language) if (b := cell.peak_bytes())]
        return Interval(max(peaks) / quantity.scale) if peaks else None
    scenario = scenario_of(whole, quantity)
    cell = whole.find(arm, Cell(task, language, scenario))
    found = None if cell is None else cell.interval(quantity.column)
    if found is None or quantity.scale == 1.0:
        return found
    return Interval(*(None if v is None else v / quantity.scale for v in found))  # type: ignore[arg-type]


def scenario_of(whole: Whole, quantity: Quantity) -> Scenario:
    """Return the scenario that it is taken from: its own, or the only one that there is."""
    there = whole.scenarios
    wanted = quantity.scenario or there[0]
    return wanted if wanted in there else there[0]


def _cells(whole: Whole, arm: str, task: str, language: str) -> list[SeenCell]:
    found = (whole.find(arm, Cell(task, language, scenario)) for scenario in SCENARIOS)
    return [cell for cell in found if cell is not None]
