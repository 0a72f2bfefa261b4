"""Which device a worker works on, and the GPU behind it."""

from __future__ import annotations

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
