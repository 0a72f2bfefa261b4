"""Under what circumstances an arm was measured, and what changed in them between two runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xlbench.results import evidence
from xlbench.results.manifest import Manifest

_VERSIONS = ("python", "torch", "transformers", "numpy", "cuda", "cudnn")
_HOST = ("system", "governor", "turbo_off", "smt", "transparent_hugepage", "cgroup_cpu_max")
_CHECKPOINT = ("revision", "folder", "tokenizer_folder")
_IDENTITY = {
    "weights": "weights_sha256",
    "weights' seed": "weights_seed",
    "config": "config_sha256",
    "tokenizer": "tokenizer_sha256",
    "parameters": "parameters",
    "layers": "layers",
}
_DIGITS = 12
"""Of a digest: enough to tell two apart by eye."""


def circumstances(manifest: Manifest, arm: str, task: str) -> dict[str, str]:
    """Return by name what may change an arm's latency without a change of the work."""
    worker = manifest.worker(arm)
    host = (manifest.segments[-1].host if manifest.segments else {}) or manifest.environment
    found: dict[str, object] = {
        "xlbench": manifest.xlbench,
        **{name: evidence.text(worker, name) for name in _VERSIONS},
        "driver": evidence.driver(worker),
        **{name: evidence.text(host, name) for name in _HOST},
        "hostname": evidence.text(host, "hostname"),
    }
    used = manifest.checkpoint(arm, task)
    if used is not None:
        found |= {name: getattr(used.spec, name) for name in _CHECKPOINT}
        if used.identity is not None:
            found |= {word: getattr(used.identity, name) for word, name in _IDENTITY.items()}
    return {name: _short(value) for name, value in found.items() if value is not None}


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return what differs, as ``torch 2.11.0 → 2.12.0``, for names that both runs told."""
    return tuple(
        f"{name} {before[name]} → {after[name]}"
        for name in before
        if name in after and before[name] != after[name]
    )


def differing(
    a: tuple[Manifest, str], b: tuple[Manifest, str], tasks: Iterable[str]
) -> tuple[str, ...]:
    """Return what differs between two arms besides the paths of their folders.

    Args:
        a, b: the manifest and the text of an arm.
        tasks: those that both were measured on.
    """
    found: dict[str, None] = {}
    for task in tasks:
        one, other = (
            {n: v for n, v in circumstances(*side, task).items() if not n.endswith("folder")}
            for side in (a, b)
        )
        found |= dict.fromkeys(differences(one, other))
    return tuple(found)


def _short(value: object) -> str:
    text = str(value)
    digest = len(text) == 64 and all(digit in "0123456789abcdef" for digit in text)
    return f"{text[:_DIGITS]}..." if digest else text
