"""What training computes on: one CUDA device a process where there is one, else the processor."""

from __future__ import annotations

import os

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
