"""Safetensors files, told from their headers: which tensors they hold, and whether they are whole.

The format: 8 bytes little-endian header length, the header as JSON, then the tensors' bytes;
``data_offsets`` count from the end of the header. No weights are read here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlbench.checkpoints.json_files import parse_json
from xlbench.errors import UserError

_MOST_HEADER_BYTES = 20_000_000  # a model of 100,000 tensors has 12 million


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """A tensor as a header describes it; ``dtype`` as the format names it, e.g. ``F32``."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def elements(self) -> int:
        return math.prod(self.shape)


def stored_tensors(file: Path, where: str) -> Mapping[str, StoredTensor]:
    """Return the tensors of a safetensors file by name.

    Args:
        file: the file.
        where: the checkpoint, for messages.

    Raises:
        UserError: it can't be read, its header makes no sense, or it is cut off.
    """
    try:
        size = file.stat().st_size
        with file.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            text = stream.read(length) if length <= min(size, _MOST_HEADER_BYTES) else b""
    except OSError as error:
        raise UserError(f"{where}: {file} can't be read ({error.strerror})") from None
    try:
        header = parse_json(text)
        tensors = {k: _tensor(v) for k, v in header.items() if k != "__metadata__"}
        ends = [int(v["data_offsets"][1]) for k, v in header.items() if k != "__metadata__"]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError):
        raise UserError(
            f"{where}: {file} is not a safetensors file: its header can't be read. "
            "Download or save it again."
        ) from None
    expected = 8 + length + max(ends, default=0)
    if expected != size:
        raise UserError(
            f"{where}: {file} is cut off or damaged: its header promises {expected} "
            f"bytes, it has {size}. Download or save it again."
        )
    return tensors


def _tensor(value: Any) -> StoredTensor:
    shape = tuple(value["shape"])
    if not all(type(length) is int and 0 <= length < 2**40 for length in shape):
        raise ValueError("a shape is a list of whole numbers")
    return StoredTensor(str(value["dtype"]), shape)
