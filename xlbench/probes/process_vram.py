"""Device memory of this process as NVML sees it: context, kernels and tensors."""

from __future__ import annotations

import os
from typing import ClassVar, Self

from xlbench.probes.nvml import Nvml
from xlbench.probes.probe import Column, InCells, Readings, Surroundings

_NAME = "peak_vram_process_bytes"
_TEXT = "device memory of the process as NVML sees it"


class ProcessVram:
    """Reads the device memory of this process when the work has ended.

    Args:
        nvml: the GPU.
    """

    columns: ClassVar[tuple[Column, ...]] = (Column(_NAME, "int", _TEXT, InCells(_TEXT, _NAME)),)

    def __init__(self, nvml: Nvml) -> None:
        self._nvml = nvml

    @classmethod
    def of(cls, surroundings: Surroundings) -> Self | None:
        return None if surroundings.nvml is None else cls(surroundings.nvml)

    def start(self) -> None:
        """Nothing to reset: NVML keeps no peak."""

    def stop(self) -> Readings:
        return Readings({_NAME: self._nvml.process_bytes(os.getpid())})
