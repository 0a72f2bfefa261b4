"""Device memory as the CUDA allocator counts it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Self

from xlbench.probes.probe import Column, InCells, Readings, Surroundings

_ALLOCATED, _RESERVED = "peak_vram_allocated_bytes", "peak_vram_reserved_bytes"
_ALLOCATED_TEXT = "peak that the CUDA allocator gave to tensors"
_RESERVED_TEXT = "peak that the CUDA allocator reserved"


class CudaPeak:
    """Resets and reads the allocator's peak statistics of one device.

    ``reset_peak_memory_stats`` sets both peaks back to the present use; cached blocks that
    an earlier cell left are handed back first, so that the reserved peak is this cell's. What is
    timed next must have run once since, or it would pay for getting memory from the driver.
    Source: torch.cuda memory management.

    Args:
        cuda: the module ``torch.cuda``, or a stand-in.
        device: the device whose allocator is asked.
        unseen_peak_bytes: as ``Surroundings`` has it.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column(_ALLOCATED, "int", _ALLOCATED_TEXT, InCells(_ALLOCATED_TEXT, _ALLOCATED)),
        Column(_RESERVED, "int", _RESERVED_TEXT, InCells(_RESERVED_TEXT, _RESERVED)),
    )

    def __init__(self, cuda: Any, device: Any, unseen_peak_bytes: Callable[[], int]) -> None:
        self._cuda, self._device = cuda, device
        self._unseen_peak_bytes = unseen_peak_bytes

    @classmethod
    def of(cls, surroundings: Surroundings) -> Self | None:
        cuda = surroundings.cuda
        if cuda is None:
            return None
        return cls(cuda, surroundings.device, surroundings.unseen_peak_bytes)

    def start(self) -> None:
        self._cuda.synchronize(self._device)
        self._cuda.empty_cache()
        self._cuda.reset_peak_memory_stats(self._device)

    def stop(self) -> Readings:
        self._cuda.synchronize(self._device)
        seen = int(self._cuda.max_memory_allocated(self._device))
        return Readings(
            {
                _ALLOCATED: max(seen, self._unseen_peak_bytes()),
                _RESERVED: int(self._cuda.max_memory_reserved(self._device)),
            }
        )
