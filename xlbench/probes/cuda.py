"""Device memory as the CUDA allocator counts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class DeviceMemory:
    """Peaks of a cell in bytes: allocated by tensors, reserved by the caching allocator."""

    allocated_bytes: int | None = None
    reserved_bytes: int | None = None


class CudaPeak:
    """Resets and reads the allocator's peak statistics of one device.

    ``reset_peak_memory_stats`` sets both peaks back to the present use; cached blocks that
    an earlier cell left are handed back first, so that the reserved peak is this cell's.
    Source: torch.cuda memory management.

    Args:
        cuda: the module ``torch.cuda``, or a stand-in.
        device: the device whose allocator is asked.
    """

    def __init__(self, cuda: Any, device: Any) -> None:
        self._cuda, self._device = cuda, device

    def start(self) -> None:
        self._cuda.synchronize(self._device)
        self._cuda.empty_cache()
        self._cuda.reset_peak_memory_stats(self._device)

    def stop(self) -> DeviceMemory:
        self._cuda.synchronize(self._device)
        return DeviceMemory(
            int(self._cuda.max_memory_allocated(self._device)),
            int(self._cuda.max_memory_reserved(self._device)),
        )
