"""An arm whose work takes no time but that of a clock of its own: for tests of controllers.

It stands in the place of ``run.live_arm.LiveArm``: the same calls, no process behind them. What a
visit costs and how its latencies scatter is known, so that what a controller does next is, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from xlbench.arms import parse_arm
from xlbench.cell import SINGLE_STREAM
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.examples import Example
from xlbench.predictions import Prediction
from xlbench.probes.registry import COLUMNS
from xlbench.run.counts import count
from xlbench.run.live_arm import OpenCell
from xlbench.run.resume import Done
from xlbench.tasks.pair.example import PairExample
from xlbench.workers.errors import WorkerDied
from xlbench.workers.protocol import Batches, Loaded, Visit, Visited, WorkerFacts
from xlbench.workers.samples import Sample, Samples

SPEC = CheckpointSpec("toy", "xnli", "pair", "toy", None, {}, "trained", 0, "nowhere")
FACTS = WorkerFacts(
    1, "3.12", "python", "2", "5", "2", None, None, "cpu", None, 1, 1, (0,), "highest", "DEFAULT"
)
LOADED = Loaded(10**9, 1000, (), "perf_counter_ns", {})
BATCHES = 8


@dataclass
class Clock:
    """Seconds that are put forward by hand."""

    s: float = 0.0

    def __call__(self) -> float:
        return self.s


@dataclass
class VirtualArm:
    """An arm at work in virtual time.

    Attributes:
        text: the arm's.
        clock: put forward by what a visit takes.
        latency_s: of one unit.
        scatter: standard deviation of latencies, relative.
        dies: (task, language) in which its worker dies.
        halves: offline visits before memory runs out and the batches are halved.
        plans: the visits that it was asked for.
        calls: what else it was asked for.
    """

    text: str
    clock: Clock
    latency_s: float = 0.001
    scatter: float = 0.0
    dies: frozenset[tuple[str, str]] = frozenset()
    halves: int = -1
    plans: list[Visit] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    alive: bool = False
    facts: WorkerFacts = FACTS
    batches: int = BATCHES

    def __post_init__(self) -> None:
        self.arm = parse_arm(self.text)
        self._rng = np.random.default_rng(5)

    def start(self) -> None:
        self.calls.append("start")
        self.alive = True

    def stop(self) -> None:
        self.calls.append("stop")
        self.alive = False

    def close_cells(self) -> None:
        self.calls.append("close")

    def load(self, spec: CheckpointSpec) -> Loaded:
        return LOADED

    def open(self, task: str, language: str, examples: Iterable[Example]) -> OpenCell:
        self._examples = examples = list(examples)
        counts = np.full((len(examples), 4), (5, 4, 9, 0), dtype=np.int64)
        return OpenCell(count(task, language, examples, counts), self._now())

    def visit(self, plan: Visit) -> Visited:
        self.plans.append(plan)
        if (plan.cell.task, plan.cell.language) in self.dies:
            raise WorkerDied("the worker was killed by SIGKILL")
        if plan.cell.scenario != SINGLE_STREAM:
            if self.halves == 0:
                self.batches *= 2
            self.halves -= 1
        units = list(self._units(plan))
        scattered = self._rng.normal(1.0, self.scatter, len(units))
        latencies_ns = np.maximum(1, 1e9 * self.latency_s * scattered).astype(int).tolist()
        self.clock.s += sum(latencies_ns) / 1e9
        rows = [
            Sample(unit, 0, 1, 16, 10, ns, ns) for unit, ns in zip(units, latencies_ns, strict=True)
        ]
        predictions = tuple(Prediction(e.id, "neutral") for e in self._examples)
        return Visited(
            Samples.of(rows),
            self._now(),
            sum(latencies_ns),
            1000,
            10 if plan.complete else None,
            10 if plan.complete else None,
            sum(latencies_ns) if plan.complete else None,
            0,
            1000,
            False,
            (),
            dict.fromkeys(column.name for column in COLUMNS),
            predictions if plan.predictions else None,
            None,
        )

    def _units(self, plan: Visit) -> Sequence[int]:
        single = plan.cell.scenario == SINGLE_STREAM
        there = len(self._examples) if single else self.batches
        wanted = max(plan.floor, round(plan.slice_ns / 1e9 / self.latency_s))
        if single and plan.most is not None:
            wanted = min(wanted, -(-plan.most // there) * there)
        return [index % there for index in range(max(wanted, there if plan.complete else 0))]

    def _now(self) -> Batches:
        digest = f"{self.batches} batches"
        return Batches(digest, self.batches, 0, 80, 100, (16,), None, 1024)


class Written:
    """Takes rows in the place of the writer of a result folder."""

    def __init__(self) -> None:
        self.visits: list[dict[str, Any]] = []
        self.samples: list[dict[str, Any]] = []
        self.predictions: list[dict[str, Any]] = []

    @property
    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """All rows by table."""
        return {n: getattr(self, n) for n in ("visits", "samples", "predictions")}

    def add(
        self,
        visits: Iterable[dict[str, Any]] = (),
        samples: Iterable[dict[str, Any]] = (),
        predictions: Iterable[dict[str, Any]] = (),
    ) -> None:
        self.visits += visits
        self.samples += samples
        self.predictions += predictions

    def add_pass(
        self,
        visit: dict[str, Any],
        samples: Iterable[dict[str, Any]],
        predictions: Iterable[list[dict[str, Any]]],
    ) -> bool:
        before = len(self.predictions)
        for some in predictions:
            self.predictions += some
        self.add([visit], samples)
        return len(self.predictions) > before

    def flush(self) -> None:
        """Nothing to write."""

    def flush_if_due(self) -> None:
        """Nothing to write."""


class Shown:
    """Takes what a controller tells a display."""

    def __init__(self) -> None:
        self.settled: list[int] = []
        self.left_s: list[float] = []
        self.groups = 0
        self.least_s: list[float] = []

    def takes(self, least_s: float) -> None:
        self.least_s.append(least_s)

    def visiting(self, key: object) -> None:
        """Nothing to keep."""

    def visited(self, key: object, settled: int, total: int, left_s: float) -> None:
        self.settled.append(settled)
        self.left_s.append(left_s)

    def grouped(self, tallies: object) -> None:
        self.groups += 1


def examples(task: str, language: str) -> list[Example]:
    """Six examples that are predicted right, of each cell."""
    return [PairExample(str(i), "a b", "c d", "neutral") for i in range(6)]


NOTHING_BEFORE = Done()
