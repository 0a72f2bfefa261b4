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
        known = self._before_mj is not None and after_mj is not None
        return Readings({"energy_mj": after_mj - self._before_mj if known else None})  # type: ignore[operator]
