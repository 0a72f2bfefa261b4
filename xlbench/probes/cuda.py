"""Device memory as the CUDA allocator counts it."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from xlbench.probes.probe import Column, InCells, Readings, Surroundings

_ALLOCATED, _RESERVED = "peak_vram_allocated_bytes", "peak_vram_reserved_bytes"
_ALLOCATED_TEXT = "peak that the CUDA allocator gave to tensors"
_RESERVED_TEXT = "peak that the CUDA allocator reserved"


class CudaPeak:
    """Resets and reads the allocator's peak statistics of one device.

    ``reset_peak_memory_stats`` sets both peaks back to the present use; cached blocks that
    an earlier cell left are handed back first, so that the reserved peak is this cell's.
    Source: torch.cuda memory management.

    Args:
        cuda: the module ``torch.cuda``, or a stand-in.
        device: the device whose allocator is asked.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column(_ALLOCATED, "int", _ALLOCATED_TEXT, InCells(_ALLOCATED_TEXT, _ALLOCATED)),
        Column(_RESERVED, "int", _RESERVED_TEXT, InCells(_RESERVED_TEXT, _RESERVED)),
    )

    def __init__(self, cuda: Any, device: Any) -> None:
        self._cuda, self._device = cuda, device

    @classmethod
    def of(cls, surroundings: Surroundings) -> Self | None:
        cuda = surroundings.cuda
        return None if cuda is None else cls(cuda, surroundings.device)

    def start(self) -> None:
        self._cuda.synchronize(self._device)
        self._cuda.empty_cache()
        self._cuda.reset_peak_memory_stats(self._device)

    def stop(self) -> Readings:
        self._cuda.synchronize(self._device)
        return Readings(
            {
                _ALLOCATED: int(self._cuda.max_memory_allocated(self._device)),
                _RESERVED: int(self._cuda.max_memory_reserved(self._device)),
            }
        )
