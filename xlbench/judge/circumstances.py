"""Under what circumstances an arm was measured, and what changed in them between two runs."""

from __future__ import annotations

from collections.abc import Mapping

from xlbench.results.manifest import Manifest

_VERSIONS = ("python", "torch", "transformers", "numpy", "cuda", "cudnn")
_HOST = ("system", "governor", "turbo_off", "smt", "transparent_hugepage", "cgroup_cpu_max")
_CHECKPOINT = ("revision", "folder", "tokenizer_folder")


def circumstances(manifest: Manifest, arm: str, task: str) -> dict[str, str]:
    """Return by name what may change an arm's latency without a change of the work."""
    worker = manifest.worker(arm)
    host = (manifest.segments[-1].host if manifest.segments else {}) or manifest.environment
    gpu = worker.get("gpu") or {}
    found = {
        "xlbench": manifest.xlbench,
        **{name: worker.get(name) for name in _VERSIONS},
        "driver": (gpu.get("nvml") or {}).get("driver"),
        **{name: host.get(name) for name in _HOST},
        "hostname": host.get("hostname"),
    }
    spec = manifest.checkpoint(arm, task)
    if spec is not None:
        found |= {name: getattr(spec, name) for name in _CHECKPOINT}
    return {name: str(value) for name, value in found.items() if value is not None}


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return what differs, as ``torch 2.11.0 → 2.12.0``, for names that both runs told."""
    return tuple(
        f"{name} {before[name]} → {after[name]}"
        for name in before
        if name in after and before[name] != after[name]
    )
