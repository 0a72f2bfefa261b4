"""The frequencies of processors and GPU as the work left them."""

from __future__ import annotations

from typing import ClassVar, Self

from xlbench.probes.frequency import cpu_mhz
from xlbench.probes.noise import allowed_cpus
from xlbench.probes.nvml import Nvml
from xlbench.probes.probe import Column, Readings, Surroundings
from xlbench.probes.system import System


class Clocks:
    """Reads the frequencies when the work has ended: the GPU's with the last timed batch, for what
    comes after it leaves the device idle.

    Args:
        nvml: the GPU, or ``None``.
        system: where ``sys`` is.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("cpu_mhz", "int", "median frequency of the worker's processors at the end"),
        Column(
            "gpu_mhz", "int", "clock of the GPU's multiprocessors at the end of the timed batches"
        ),
    )

    def __init__(self, nvml: Nvml | None, system: System) -> None:
        self._nvml, self._system = nvml, system
        self._gpu_mhz: int | None = None

    @classmethod
    def of(cls, surroundings: Surroundings) -> Self | None:
        return cls(surroundings.nvml, surroundings.system)

    def start(self) -> None:
        self._gpu_mhz = None

    def begin(self) -> None:
        """Nothing to do: only the end is read."""

    def end(self) -> None:
        self._gpu_mhz = None if self._nvml is None else self._nvml.sm_clock_mhz()

    def stop(self) -> Readings:
        mhz = cpu_mhz(allowed_cpus(), self._system)
        return Readings({"cpu_mhz": mhz, "gpu_mhz": self._gpu_mhz})
