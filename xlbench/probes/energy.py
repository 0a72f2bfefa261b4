"""Energy that the GPU used, by its own counter."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar, Self

from xlbench.probes.nvml import Nvml
from xlbench.probes.probe import Column, Readings, Surroundings

STEP_NS = 100_000_000
"""The counter moves in steps this far apart: what begins or ends between two is known to about one
of them."""

LEAST_STEPS = 5
"""Steps that a stretch of timed batches must hold on average, or its energy is not known."""


class Energy:
    """The energy of the timed batches: warm-up, tokenising and decoding are left out.

    Args:
        nvml: the GPU.
        now_ns: monotonic time.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("energy_mj", "int", "GPU energy of the visit's timed batches in millijoules"),
    )

    def __init__(self, nvml: Nvml, now_ns: Callable[[], int] = time.perf_counter_ns) -> None:
        self._nvml, self._now_ns = nvml, now_ns
        self._before_mj: int | None = None
        self._used_mj: int | None = None
        self._began_ns = self._timed_ns = self._stretches = 0

    @classmethod
    def of(cls, surroundings: Surroundings) -> Self | None:
        return None if surroundings.nvml is None else cls(surroundings.nvml)

    def start(self) -> None:
        self._used_mj = 0
        self._timed_ns = self._stretches = 0

    def begin(self) -> None:
        self._before_mj = self._nvml.energy_mj()
        self._began_ns = self._now_ns()

    def end(self) -> None:
        self._timed_ns += self._now_ns() - self._began_ns
        self._stretches += 1
        before_mj, after_mj = self._before_mj, self._nvml.energy_mj()
        if self._used_mj is None or before_mj is None or after_mj is None or after_mj < before_mj:
            self._used_mj = None
        else:
            self._used_mj += after_mj - before_mj

    def stop(self) -> Readings:
        """``None`` where the work was too short for the counter: its error would be the figure."""
        short = self._timed_ns < self._stretches * LEAST_STEPS * STEP_NS
        return Readings({"energy_mj": None if short else self._used_mj or None})
