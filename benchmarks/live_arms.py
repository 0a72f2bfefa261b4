"""Workers of small models, driven by hand, for scripts that measure what measuring does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from xlbench.arms import parse_arm
from xlbench.cell import SINGLE_STREAM, Cell
from xlbench.checkpoints.catalogue import load_catalogue
from xlbench.run.live_arm import LiveArm
from xlbench.run.prepare import prepare
from xlbench.settings import Settings
from xlbench.workers.protocol import Visit

UNITS = 6
"""Examples of the embedded sample in a cell."""

CELL = Cell("xnli", "en", SINGLE_STREAM)


class Workers:
    """Arms on folders of checkpoints, each with one cell: XNLI, English, single-stream."""

    def __init__(self, folders: Sequence[Path], threads: int = 1) -> None:
        arms = [parse_arm(f"{folder}@threads={threads}") for folder in folders]
        prepared = prepare(
            Settings(tuple(arms), ("xnli",), ("en",), ("single-stream",)),
            load_catalogue(None),
            lambda text: None,
        )
        self.arms = {f: LiveArm(arm, 600.0) for f, arm in zip(folders, arms, strict=True)}
        self._specs = {
            f: prepared.plan.specs[arm.text, "xnli"] for f, arm in zip(folders, arms, strict=True)
        }
        self._examples = prepared.inputs.read("xnli", "en")

    def warm(self, folder: Path, cpus: Sequence[int] | None) -> LiveArm:
        """Start the arm's worker, load, open the cell and run it until it is warm."""
        arm = self.arms[folder]
        arm.start()
        if cpus is not None:
            arm.pin(cpus)
        arm.load(self._specs[folder])
        arm.open("xnli", "en", self._examples)
        arm.visit(Visit(CELL, seed=0, slice_ns=0, floor=3, units=(0, 1, 2)))
        return arm

    def stop(self) -> None:
        """End all workers."""
        for arm in self.arms.values():
            arm.stop()


def latencies(arm: LiveArm, units: Sequence[int]) -> np.ndarray:
    """Run the examples once, one turn, and return their latencies in nanoseconds."""
    return arm.turn(CELL, units).samples.column("latency_ns").astype(float)
