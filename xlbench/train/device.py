"""What training computes on: one CUDA device a process where there is one, else the processor."""

from __future__ import annotations

import os
import time

import torch

from xlbench.errors import UserError


def checked_device(name: str) -> str:
    """Return ``cpu`` or ``cuda`` for ``auto``, ``cpu`` or ``cuda``.

    Raises:
        UserError: it is something else, or there is no such device.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise UserError(f"--device: expected auto, cpu or cuda, found {name!r}")
    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise UserError("--device cuda: torch sees no CUDA device here; use --device cpu")
    return name if name != "auto" else "cuda" if there else "cpu"


def visible_gpus(device: str) -> tuple[str, ...]:
    """Return the GPUs to train on, as ``CUDA_VISIBLE_DEVICES`` names them; none for ``cpu``."""
    if checked_device(device) == "cpu":
        return ()
    count = torch.cuda.device_count()
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    return tuple(map(str, range(count))) if named is None else tuple(named.split(","))[:count]


def bf16_slowness() -> float:
    """Return the time of a product of matrices in bf16 over that in fp32, on this processor.

    Below 1 where it multiplies bf16 itself (AVX-512 BF16, AMX), tens where that is emulated. Each
    is the shortest of three.
    """
    bf16, fp32 = (_product_s(dtype) for dtype in (torch.bfloat16, torch.float32))
    return bf16 / fp32


def _product_s(dtype: torch.dtype) -> float:
    left, right = torch.ones(256, 384, dtype=dtype), torch.ones(384, 384, dtype=dtype)
    found = []
    for _ in range(3):
        start = time.perf_counter()
        left @ right
        found.append(time.perf_counter() - start)
    return min(found)
