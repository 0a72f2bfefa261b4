"""Tensors one behind the other in a block of memory, told by where they lie."""

from __future__ import annotations

import torch

_ALIGNED = 64

Spot = tuple[int, torch.dtype, torch.Size] | torch.Tensor
"""Offset, type and shape of a tensor in a room; a tensor that it had no room for."""


class Room:
    """A block of memory that is used again and again.

    Whatever is small and lives long keeps the allocator from giving back what lay around it. Of a
    tensor in a room there are three values of Python's, which has an allocator of its own for them.

    Args:
        size_bytes: of the block. The kernel hands out its pages when they are first written; beyond
            32 MiB it lies outside the heap, whatever was freed before (``M_MMAP_THRESHOLD``,
            mallopt(3)).
    """

    def __init__(self, size_bytes: int) -> None:
        self._block = torch.empty(size_bytes, dtype=torch.uint8)
        self._used = 0

    def clear(self) -> None:
        """Forget all that lies there."""
        self._used = 0

    def put(self, tensor: torch.Tensor) -> Spot:
        """Copy a tensor there."""
        start = -(-self._used // _ALIGNED) * _ALIGNED
        if start + tensor.nbytes > len(self._block):
            return tensor.to("cpu", copy=True)
        self._used = start + tensor.nbytes
        spot = start, tensor.dtype, tensor.shape
        self.at(spot).copy_(tensor)
        return spot

    def at(self, spot: Spot) -> torch.Tensor:
        """Return the tensor at a spot, valid until ``clear``."""
        if isinstance(spot, torch.Tensor):
            return spot
        start, dtype, shape = spot
        size_bytes = shape.numel() * dtype.itemsize
        return self._block[start : start + size_bytes].view(dtype).view(shape)
