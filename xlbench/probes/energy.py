"""Energy that the GPU used, by its own counter."""

from __future__ import annotations

from typing import ClassVar, Self

from xlbench.probes.nvml import Nvml
from xlbench.probes.probe import Column, Readings, Surroundings


class Energy:
    """The difference of the board's energy counter.

    Args:
        nvml: the GPU.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("energy_mj", "int", "GPU energy of the visit in millijoules"),
    )

    def __init__(self, nvml: Nvml) -> None:
        self._nvml = nvml
        self._before_mj: int | None = None

    @classmethod
    def of(cls, surroundings: Surroundings) -> Self | None:
        return None if surroundings.nvml is None else cls(surroundings.nvml)

    def start(self) -> None:
        self._before_mj = self._nvml.energy_mj()

    def stop(self) -> Readings:
        after_mj = self._nvml.energy_mj()
        return Readings({"energy_mj": _used_mj(self._before_mj, after_mj)})


def _used_mj(before_mj: int | None, after_mj: int | None) -> int | None:
    """The difference; ``None`` where the counter, which moves in steps, took none: the work was
    shorter than a step, and no board does anything for nothing."""
    if before_mj is None or after_mj is None or after_mj <= before_mj:
        return None
    return after_mj - before_mj
