"""Everything a run was asked to do, as one value that the manifest keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from xlbench.arms import Arm
from xlbench.cell import SCENARIOS, Scenario

Split = Literal["test", "dev"]
SPLITS: tuple[Split, ...] = ("test", "dev")
Start = Literal["auto", "forked", "fresh"]
Engine = Literal["local", "ray"]
ENGINES: tuple[Engine, ...] = ("local", "ray")
STARTS: tuple[Start, ...] = ("auto", "forked", "fresh")
MIN_SINGLE_STREAM_SAMPLES = 72
"""Fewer samples can't bound a p95 at 95 % (see ``stats.percentiles``)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The arguments of ``xlbench run``, parsed.

    Attributes:
        arms: what is measured.
        tasks: asked-for tasks; ``None``: all that arm and data have.
        languages: asked-for languages; ``None``: all.
        scenarios: ``single-stream``, ``offline`` or both.
        data: ``sample``, ``hub`` or a folder.
        limit: examples per cell at most, the first ones.
        sample: examples per cell, drawn from all by length; ``None``: all. Retrieval is not
            sampled.
        split: ``test``, or ``dev`` for the development sets.
        precision: relative half-width of the interval of the p50 at which a cell is done.
        budget_s: seconds of measuring for the whole run, beyond what every cell needs once.
        seed: of the order of cells, batches and random weights.
        processes: times that the workers are started anew.
        timeout_s: seconds that one visit may take before its worker is killed.
        skip_malformed: leave malformed rows out (they are counted).
        checkpoints: an additional catalogue file.
        start: comparisons: whether the workers of each pair are forked from a process that has
            made their imports, or fresh programs; ``auto``: forked where both arms could be.
        engine: ``local``: this machine; ``ray``: those of a Ray cluster.
    """

    arms: tuple[Arm, ...]
    tasks: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    scenarios: tuple[Scenario, ...] = SCENARIOS
    data: str = "sample"
    limit: int | None = None
    sample: int | None = None
    split: Split = "test"
    precision: float = 0.02
    budget_s: float = 60.0
    seed: int = 0
    processes: int = 1
    timeout_s: float = 600.0
    skip_malformed: bool = False
    checkpoints: str | None = None
    start: Start = "auto"
    engine: Engine = "local"

    @property
    def few(self) -> int | None:
        """Examples of a cell at most, however large its data; ``None``: all."""
        return min((n for n in (self.limit, self.sample) if n is not None), default=None)
