"""Whether workers can be forked from one process that made their imports."""

from __future__ import annotations

from pathlib import Path

from xlbench.workers.fork_server import can_fork
from xlbench.workers.launch import Launch

NVIDIA = Path("/dev/nvidiactl")


def why_not_forked(one: Launch, other: Launch) -> str | None:
    """Return why not both workers can be forked from one process; ``None``: they can."""
    if not can_fork():
        return "this system has no process descriptors (Linux from 5.3)"
    if on_gpu(one.device) or on_gpu(other.device):
        return "an arm runs on a GPU"
    if not one.alike(other):
        return "the arms differ in interpreter, environment or threads"
    return None


def on_gpu(device: str) -> bool:
    """Tell whether a worker for this ``--device`` runs, or may run, on a GPU."""
    return device.startswith("cuda") or (device == "auto" and NVIDIA.exists())
