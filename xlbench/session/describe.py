"""What a worker says of itself: its part of the evidence."""

from __future__ import annotations

import os
import platform
import sys

import numpy as np
import torch

from xlbench.probes.nvml import Nvml
from xlbench.workers.protocol import GpuFacts, WorkerFacts


def describe(device: torch.device, nvml: Nvml | None, pid: int | None) -> WorkerFacts:
    """Return versions, device, threads and affinity of this process.

    Args:
        device: that it works on.
        nvml: the same as NVML sees it.
        pid: number of this process as NVML has it.
    """
    import transformers

    on_cuda = device.type == "cuda"
    return WorkerFacts(
        pid=os.getpid(),
        python=platform.python_version(),
        executable=sys.executable,
        torch=str(torch.__version__),
        transformers=transformers.__version__,
        numpy=np.__version__,
        cuda=torch.version.cuda,
        cudnn=torch.backends.cudnn.version() if on_cuda else None,  # type: ignore[no-untyped-call]
        device=str(device),
        gpu=_gpu(device, nvml, pid) if on_cuda else None,
        threads=torch.get_num_threads(),
        interop_threads=torch.get_num_interop_threads(),
        affinity=tuple(sorted(os.sched_getaffinity(0))),
        matmul_precision=torch.get_float32_matmul_precision(),
        cpu_capability=torch.backends.cpu.get_cpu_capability(),
    )


def _gpu(device: torch.device, nvml: Nvml | None, pid: int | None) -> GpuFacts:
    properties = torch.cuda.get_device_properties(device)
    return GpuFacts(
        name=properties.name,
        capability=(properties.major, properties.minor),
        memory_total_bytes=properties.total_memory,
        nvml=None if nvml is None else nvml.describe(),
        other_processes=None if nvml is None else nvml.other_processes(pid),
    )
