"""Which device a worker works on, and the GPU behind it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import torch

from xlbench.errors import UserError
from xlbench.probes.nvml import Nvml, all_gpus, open_nvml


def device_named(name: str) -> torch.device:
    """Return the device ``auto``, ``cpu`` or ``cuda:N`` and make it the present one.

    Raises:
        UserError: there is no such device.
    """
    available = torch.cuda.is_available()
    if name == "auto":
        name = "cuda:0" if available else "cpu"
    device = torch.device(name)
    if device.type == "cuda":
        if not available:
            raise UserError(f"--device {name}: torch sees no CUDA device here; use --device cpu")
        if (device.index or 0) >= torch.cuda.device_count():
            raise UserError(
                f"--device {name}: torch sees {torch.cuda.device_count()} CUDA "
                "devices, numbered from 0"
            )
        torch.cuda.set_device(device)
    return device


def unused_gpus(name: str, device: torch.device, visible: str | None) -> tuple[str, ...]:
    """Return the GPUs that ``auto`` should have found, for NVML knows them, but torch does not.

    Args:
        name: what was asked for.
        device: what it became.
        visible: ``CUDA_VISIBLE_DEVICES``: who hides every GPU wants the CPU.
    """
    if name != "auto" or device.type != "cpu" or (visible or "").strip() == "-1" or visible == "":
        return ()
    return tuple(board.name() or "a GPU" for board in all_gpus())


def nvml_of(device: torch.device) -> Nvml | None:
    """Return the device as NVML sees it; ``None``: it is no GPU, or NVML is not to be had."""
    if device.type != "cuda":
        return None
    uuid = getattr(torch.cuda.get_device_properties(device), "uuid", None)
    return None if uuid is None else open_nvml(str(uuid))


def cuda_of(device: torch.device) -> Any:
    """Return the module ``torch.cuda`` for a device of it, else ``None``."""
    return torch.cuda if device.type == "cuda" else None


Company = Mapping[str, set[int]]
"""The processes on each GPU that NVML knows, by the GPU's UUID."""


def company() -> Company:
    """Return who computes on which GPU at present."""
    boards = {board.uuid(): board.pids() for board in all_gpus()}
    return {uuid: pids for uuid, pids in boards.items() if uuid is not None and pids is not None}


def own_pid(nvml: Nvml | None, before: Company) -> int | None:
    """Return the number of this process as NVML has it; ``None``: it can't be told.

    In a container that is the host's number as a rule, which nothing in the container tells: but
    who came to the device while this process did is this process.

    Args:
        nvml: the device, on which this process has a context by now.
        before: who was there when it had none.
    """
    now = None if nvml is None else nvml.pids()
    if now is None or nvml is None:
        return None
    if os.getpid() in now:
        return os.getpid()
    came = now - before.get(nvml.uuid() or "", set())
    return came.pop() if len(came) == 1 else None
