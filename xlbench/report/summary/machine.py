"""On what it was measured, and whether that was fit to measure on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from xlbench.report.numbers import counted, figures, percent, signed
from xlbench.report.raw import Raw
from xlbench.report.whole import Whole
from xlbench.results.manifest import Manifest

QUIET, RESTLESS = 0.05, 0.30
"""Shares of disturbed samples up to which a machine is called quiet, and restless."""

_MIN_VISITS = 20


def machine(whole: Whole) -> Iterator[str]:
    """Yield sentences: the hardware of each run, its settings, what disturbed the samples."""
    yield from dict.fromkeys(_hardware(source.manifest) for source in whole.sources)
    yield from _disturbed(whole)
    for source, raw in whole.raw.items():
        yield from _reference(source, raw)


def _hardware(manifest: Manifest) -> str:
    environment = manifest.environment
    parts = [str(environment.get("cpu_model") or "a processor of unknown model")]
    if isinstance(environment.get("cpus"), int):
        parts.append(counted(environment["cpus"], "processor"))
    memory = environment.get("memory_total_bytes")
    if isinstance(memory, int | float):
        parts.append(f"{memory / 2**30:,.1f} GiB")
    parts += _gpus(manifest)
    parts.append(f"governor {environment.get('governor') or 'not told'}")
    load = environment.get("load_average")
    if isinstance(load, list) and load and isinstance(load[0], int | float):
        parts.append(f"load {load[0]:.2f} at the start")
    return f"{', '.join(parts)}."


def _gpus(manifest: Manifest) -> list[str]:
    told: list[Any] = [manifest.worker(arm).get("gpu") for arm in manifest.arms]
    names = [gpu.get("name") if isinstance(gpu, dict) else gpu for gpu in told]
    return list(dict.fromkeys(str(name) for name in names if name))


def _disturbed(whole: Whole) -> Iterator[str]:
    known = [
        c for c in whole.cells if c.number("n_samples") and c.number("n_disturbed") is not None
    ]
    total = sum(c.values["n_samples"] for c in known)
    if not total:
        return
    share = sum(c.values["n_disturbed"] for c in known) / total
    flagged = sum("disturbed" in c.flags for c in known)
    reasons = Counter(reason for c in known for reason in c.disturbed_by)
    said = ", ".join(f"{reason} in {count}" for reason, count in reasons.most_common(3))
    word = (
        "quiet" if share <= QUIET else "restless" if share <= RESTLESS else "busy with other work"
    )
    yield (
        f"The machine was {word}: {percent(share)} of the samples come from visits that something "
        f"disturbed{f' (cells: {said})' if said else ''}; {flagged} of "
        f"{counted(len(known), 'cell')} mostly so."
    )


def _reference(source: str, raw: Raw) -> Iterator[str]:
    known = [visit.reference_ms for visit in raw.visits if visit.reference_ms]
    if len(known) < _MIN_VISITS:
        return
    values = np.array(known)
    quarter = len(values) // 4
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
    moved = float(np.median(values[-quarter:]) / np.median(values[:quarter]) - 1)
    yield (
        f"{source}: the reference kernel, the same work before each visit, took "
        f"{figures(float(middle))} ms, eight times of ten between {figures(float(low))} and "
        f"{figures(float(high))} ms; from the first quarter of the run to the last it moved by "
        f"{_change(1 + moved)}."
    )


def _change(ratio: float) -> str:
    change = round(100 * (float(ratio) - 1), 1)
    return f"{signed(change, 1)} %" if change else "0.0 %"
