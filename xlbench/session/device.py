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
"""The processes on each GPU, and part of one, that NVML knows, by its UUID."""


def company() -> Company:
    """Return who computes on which GPU, or part of one, at present, other than this process."""
    devices = [each for board in all_gpus() for each in (board, *board.parts())]
    there = {each.uuid(): each.pids() for each in devices}
    # Without a context this process is not there: a process of its number is one of the host's.
    in_use = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]
    own = {os.getpid()} if in_use else set()
    return {u: pids - own for u, pids in there.items() if u is not None and pids is not None}


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
    came = now - before.get(nvml.uuid() or "", set())
    if os.getpid() in came:
        return os.getpid()
    return came.pop() if len(came) == 1 else None
