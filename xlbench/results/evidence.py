"""Named access to what hosts and workers told of themselves.

What was told is kept as it was, so a name may be missing, or of another type in a file that
another program wrote: then the answer is ``None``.
"""

from __future__ import annotations

from collections.abc import Mapping

from xlbench.results.manifest import Facts


def text(facts: Facts, *path: str) -> str | None:
    """Return the text or number at a path of names, as text."""
    value = _at(facts, path)
    return str(value) if isinstance(value, str | int | float) else None


def number(facts: Facts, *path: str) -> int | None:
    """Return the whole number at a path of names."""
    value = _at(facts, path)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def processors(worker: Facts) -> int | None:
    """Return how many processors a worker may use."""
    allowed = worker.get("affinity")
    return len(allowed) if isinstance(allowed, list | tuple) else None


def gpu(worker: Facts) -> str | None:
    """Return the name of the GPU that a worker uses."""
    return text(worker, "gpu", "name")


def driver(worker: Facts) -> str | None:
    """Return the version of its driver."""
    return text(worker, "gpu", "nvml", "driver")


def cpu_model(host: Facts) -> str:
    """Return the name of a host's processor."""
    return text(host, "cpu_model") or "unknown processor"


def _at(facts: Facts, path: tuple[str, ...]) -> object:
    value: object = facts
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
