"""Rows of numbers as they come, read as one matrix: in memory while small, else from a file."""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterable
from typing import IO

import numpy as np

from xlbench.held.shelf import no_room

IN_MEMORY_BYTES = 16 * 2**20


def stacked(blocks: Iterable[np.ndarray], in_memory_bytes: int = IN_MEMORY_BYTES) -> np.ndarray:
    """Return blocks of rows below each other, float32; a ``numpy.memmap`` where they are many.

    Args:
        blocks: shape ``(some, width)`` each; of none a matrix without rows and columns is made.
        in_memory_bytes: beyond it the rows go to a file without a name.

    Raises:
        UserError: there is no room for the file.
    """
    held: list[np.ndarray] = []
    size, rows, width = 0, 0, 0
    file: IO[bytes] | None = None
    for block in blocks:
        floats = np.ascontiguousarray(block, dtype=np.float32)
        size, rows, width = size + floats.nbytes, rows + len(floats), floats.shape[1]
        held.append(floats)
        if size > in_memory_bytes:
            file = file or tempfile.TemporaryFile(prefix="xlbench-")  # noqa: SIM115
            _write(file, held)
            held = []
    if file is None:
        return np.concatenate(held) if held else np.empty((0, 0), np.float32)
    _write(file, held)
    return np.memmap(file, np.float32, "r", shape=(rows, width))


def forget_pages(matrix: np.ndarray) -> None:
    """Have the pages of a mapped matrix leave this process; the kernel may keep them cached."""
    mapped = getattr(matrix, "_mmap", None)
    if isinstance(mapped, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        mapped.madvise(mmap.MADV_DONTNEED)


def _write(file: IO[bytes], blocks: Iterable[np.ndarray]) -> None:
    try:
        for block in blocks:
            file.write(block.data)
        file.flush()
    except OSError as error:
        raise no_room(error) from None
