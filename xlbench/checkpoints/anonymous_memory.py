"""Weights in memory of the process's own, however the library that read them got them there.

Safetensors are mapped: a weight is a page of the file until it is first used, shared with others
that map the same file, and may be taken away at any time. How much of that counts as resident
depends on the page cache, not on the model. So every tensor is copied, a few MiB at a time, and
those pages of the mapping are given back at once: the peak is hardly above the weights.
"""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Iterator
from pathlib import Path

import torch

_CHUNK_BYTES = 1 << 22
_DONT_NEED = 4  # MADV_DONTNEED, the same on all architectures of Linux


@torch.no_grad()
def to_anonymous_memory(model: torch.nn.Module) -> int:
    """Copy parameters and buffers that lie in a mapped file, in place; return how many were.

    Tensors that share memory in full still do so afterwards. On another system than Linux, where
    mappings can't be looked up, everything is copied.
    """
    mapped = _Mappings.of_this_process()
    copies: dict[tuple[int, torch.dtype, torch.Size, tuple[int, ...]], torch.Tensor] = {}
    for tensor in _tensors(model):
        begin = tensor.data_ptr()
        if tensor.device.type != "cpu" or not tensor.numel() or not mapped.holds(begin):
            continue
        key = (begin, tensor.dtype, tensor.shape, tensor.stride())
        if key not in copies:
            copies[key] = _copied(tensor, mapped)
        tensor.data = copies[key]
    return len(copies)


def _copied(tensor: torch.Tensor, mapped: _Mappings) -> torch.Tensor:
    copy = torch.empty_like(tensor)  # with its strides where they leave no gaps
    if not tensor.is_contiguous():
        return copy.copy_(tensor)
    source, target = tensor.detach().view(-1), copy.view(-1)
    step = _CHUNK_BYTES // tensor.element_size()
    for first in range(0, len(source), step):
        part = source[first : first + step]
        target[first : first + step].copy_(part)
        mapped.drop(part.data_ptr(), len(part) * tensor.element_size())
    return copy


def mapped_files(suffix: str = ".safetensors") -> tuple[str, ...]:
    """Return the files of a kind that this process maps; empty where that can't be looked up."""
    found = (path for _, _, path in _file_mappings() if path.endswith(suffix))
    return tuple(sorted(set(found)))


def _tensors(model: torch.nn.Module) -> Iterator[torch.Tensor]:
    yield from model.parameters()
    yield from model.buffers()


class _Mappings:
    """Parts of this process's memory that are files, and a way to give their pages back."""

    def __init__(self, ranges: list[tuple[int, int]] | None) -> None:
        self._ranges = ranges
        self._madvise = ctypes.CDLL(None, use_errno=True).madvise if ranges is not None else None
        if self._madvise is not None:
            self._madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)

    @classmethod
    def of_this_process(cls) -> _Mappings:
        if not Path("/proc/self/maps").exists():
            return cls(None)
        return cls([(begin, end) for begin, end, _ in _file_mappings()])

    def holds(self, address: int) -> bool:
        if self._ranges is None:
            return True
        return any(begin <= address < end for begin, end in self._ranges)

    def drop(self, begin: int, size: int) -> None:
        """Give back the whole pages of what was copied; it would be read from the file again."""
        if self._madvise is None:
            return
        first = -(-begin // mmap.PAGESIZE) * mmap.PAGESIZE
        last = (begin + size) // mmap.PAGESIZE * mmap.PAGESIZE
        if last > first:
            self._madvise(first, last - first, _DONT_NEED)


def _file_mappings() -> Iterator[tuple[int, int, str]]:
    """Yield begin, end and path of each mapping of a file that may not be run."""
    maps = Path("/proc/self/maps")
    if not maps.exists():
        return
    for line in maps.read_text(errors="replace").splitlines():
        span, access, _, _, inode, *path = line.split(maxsplit=5)
        if inode != "0" and "x" not in access and path:
            begin, _, end = span.partition("-")
            yield int(begin, 16), int(end, 16), path[0]
