"""The wire between controller and worker: frames of JSON with arrays behind it.

A frame is 4 bytes (length of the JSON, big-endian), the JSON, then the raw bytes of the
arrays that the JSON's ``arrays`` list describes by dtype and shape. No pickle: the two ends
may run different versions of Python, numpy and torch, and neither executes what it reads.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO

import numpy as np

MAX_HEADER_BYTES = 1 << 30


def write_frame(
    stream: BinaryIO, header: dict[str, Any], arrays: Sequence[np.ndarray] = ()
) -> None:
    """Write one frame and flush it. ``header`` must be JSON-ready and have no ``arrays``."""
    blocks = [np.ascontiguousarray(a) for a in arrays]
    described = [[a.dtype.str, list(a.shape)] for a in blocks]
    head = json.dumps({**header, "arrays": described}, ensure_ascii=False).encode()
    stream.write(struct.pack(">I", len(head)))
    stream.write(head)
    for block in blocks:
        if block.size:
            stream.write(block.data.cast("B"))
    stream.flush()


def read_frame(stream: BinaryIO) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Return the next frame.

    Raises:
        EOFError: the other end closed the pipe.
        ValueError: what was read is not a frame.
    """
    (length,) = struct.unpack(">I", _exactly(stream, 4))
    if length > MAX_HEADER_BYTES:
        raise ValueError(f"a frame's header claims {length} bytes: not an xlbench frame")
    header = json.loads(_exactly(stream, length))
    arrays = []
    for dtype, shape in header.pop("arrays"):
        kind = np.dtype(dtype)
        data = _exactly(stream, kind.itemsize * math.prod(shape))
        arrays.append(np.frombuffer(data, dtype=kind).reshape(shape))
    return header, arrays


def _exactly(stream: BinaryIO, count: int) -> bytes:
    parts = []
    while count:
        part = stream.read(count)
        if not part:
            raise EOFError("the other end of the pipe is closed")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
