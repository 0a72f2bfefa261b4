"""Under what circumstances an arm was measured, and what changed in them between two runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_VERSIONS = ("python", "torch", "transformers", "numpy", "cuda", "cudnn")
_HOST = ("system", "governor", "turbo_off", "smt", "transparent_hugepage", "cgroup_cpu_max")
_CHECKPOINT = ("revision", "folder", "tokenizer_folder")


def circumstances(manifest: Mapping[str, Any], arm: str, task: str) -> dict[str, str]:
    """Return by name what may change an arm's latency without a change of the work."""
    sitting = (manifest.get("sittings") or [{}])[-1]
    worker = (sitting.get("workers") or {}).get(arm) or {}
    host = sitting.get("host") or manifest.get("environment") or {}
    gpu = worker.get("gpu") or {}
    found = {
        "xlbench": manifest.get("xlbench"),
        **{name: worker.get(name) for name in _VERSIONS},
        "driver": (gpu.get("nvml") or {}).get("driver"),
        **{name: host.get(name) for name in _HOST},
        "hostname": host.get("hostname"),
    }
    for checkpoint in manifest.get("checkpoints") or ():
        if checkpoint.get("arm") == arm and checkpoint.get("task") == task:
            found |= {name: checkpoint.get(name) for name in _CHECKPOINT}
    return {name: str(value) for name, value in found.items() if value is not None}


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return what differs, as ``torch 2.11.0 → 2.12.0``, for names that both runs told."""
    return tuple(
        f"{name} {before[name]} → {after[name]}"
        for name in before
        if name in after and before[name] != after[name]
    )
