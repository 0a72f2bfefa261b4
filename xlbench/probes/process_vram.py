"""Device memory of this process as NVML sees it: context, kernels and tensors."""

from __future__ import annotations

from typing import ClassVar, Self

from xlbench.probes.nvml import Nvml
from xlbench.probes.probe import Column, InCells, Readings, Surroundings

_NAME = "peak_vram_process_bytes"
_TEXT = "device memory of the process as NVML sees it"


class ProcessVram:
    """Reads the device memory of this process when the work has ended.

    Args:
        nvml: the GPU.
        pid: of this process as NVML knows it; ``None``: it can't be told.
    """

    columns: ClassVar[tuple[Column, ...]] = (Column(_NAME, "int", _TEXT, InCells(_TEXT, _NAME)),)

    def __init__(self, nvml: Nvml, pid: int | None) -> None:
        self._nvml, self._pid = nvml, pid

    @classmethod
    def of(cls, surroundings: Surroundings) -> Self | None:
        nvml = surroundings.nvml
        return None if nvml is None else cls(nvml, surroundings.pid)

    def start(self) -> None:
        """Nothing to reset: NVML keeps no peak."""

    def stop(self) -> Readings:
        found = None if self._pid is None else self._nvml.process_bytes(self._pid)
        return Readings({_NAME: found})
