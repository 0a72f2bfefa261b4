"""Environment variables that decide threads, or make everything slow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xlbench.doctor.finding import Finding, Status

_THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)

_SLOW = {
    "CUDA_LAUNCH_BLOCKING": "every kernel launch waits for the GPU",
    "PYTHONDEVMODE": "Python's debug hooks are on",
    "PYTHONTRACEMALLOC": "every allocation is traced",
    "PYTHONMALLOC": "another allocator than Python's own",
    "MALLOC_PERTURB_": "freed memory is overwritten",
    "TORCH_DISTRIBUTED_DEBUG": "torch's debug checks are on",
}


def threads(environment: Mapping[str, str], cpus: Sequence[int]) -> Finding:
    """Whether the number of threads asked for fits the allowed processors."""
    given = {name: environment[name] for name in _THREADS if environment.get(name)}
    if not given:
        return Finding("threads", "ok", f"not set: a thread for each of {len(cpus)} processors")
    found = ", ".join(f"{name}={value}" for name, value in given.items())
    counts = [int(value) if value.isdigit() else None for value in given.values()]
    status: Status = "ok"
    advice = ""
    if any(count is None or count < 1 for count in counts):
        status, advice = "warn", "set a whole number, or nothing"
    elif any(count is not None and count > len(cpus) for count in counts):
        status, advice = "bad", f"more threads than the {len(cpus)} processors allowed: unset"
    elif any(count is not None and count < len(cpus) for count in counts):
        status = "warn"
        advice = f"fewer than the {len(cpus)} processors allowed; if that is meant, say so "
        advice += "with --threads, which is recorded"
    return Finding("threads", status, found, advice)


def slow_switches(environment: Mapping[str, str]) -> Finding:
    """Variables under which timings are those of a debugger."""
    found = list(_set(environment))
    if not found:
        return Finding("debug switches", "ok", "none set")
    names = " ".join(name for name, _ in found)
    return Finding(
        "debug switches", "bad", "; ".join(f"{n}: {why}" for n, why in found), f"unset {names}"
    )


def _set(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, why in _SLOW.items():
        if environment.get(name, "0") not in ("", "0", "OFF", "default", "pymalloc"):
            yield name, why
