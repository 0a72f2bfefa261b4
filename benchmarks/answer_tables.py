"""The tables of ``answer.py``: changes of metrics over seeds, and latency and memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from xlbench.stats.student import quantile
from xlbench.tasks.catalogue import TASKS


def metric_changes(
    cells: Sequence[Mapping[str, Any]], kinds: Sequence[str], seeds: int
) -> list[dict[str, Any]]:
    """Return for each kind but the first, task and language (and ``mean``) the change.

    ``delta`` is the mean over seeds of the suite's metric less the base's of the same seed,
    ``lo`` and ``hi`` its 95 % interval from the spread between seeds (Student's t), null with one
    seed. Cells flagged ``shared-rows`` are told, and cells without a metric are left out.
    """
    values: dict[tuple[str, str, str], dict[int, float]] = defaultdict(dict)
    shared: set[tuple[str, str]] = set()
    for cell in cells:
        if cell["metric_value"] is None:
            continue
        kind, _, seed = cell["arm"].rpartition("-s") if seeds > 1 else (cell["arm"], "", "1")
        values[kind, cell["task"], cell["language"]][int(seed)] = cell["metric_value"]
        if "shared-rows" in cell["flags"]:
            shared.add((kind, cell["task"]))
    rows = []
    for kind in kinds[1:]:
        for task in [name for name in TASKS if any(key[1] == name for key in values)]:
            languages = sorted({k[2] for k in values if k[:2] == (kind, task)})
            pairs = {
                language: _pairs(values[kinds[0], task, language], values[kind, task, language])
                for language in languages
            }
            means = [np.mean([pair[i] for pair in pairs.values()], axis=0) for i in range(seeds)]
            for language, both in {"mean": means, **pairs}.items():
                rows.append(
                    {
                        "suite": kind,
                        "task": task,
                        "language": language,
                        "shared_rows": (kind, task) in shared,
                        **_change(np.array(both)),
                    }
                )
    return rows


def _pairs(base: Mapping[int, float], suite: Mapping[int, float]) -> list[tuple[float, float]]:
    return [(base[seed], suite[seed]) for seed in sorted(base.keys() & suite.keys())]


def _change(both: np.ndarray) -> dict[str, Any]:
    difference = both[:, 1] - both[:, 0]
    n = len(difference)
    half = None
    if n > 1:
        half = quantile(0.975, n - 1) * float(difference.std(ddof=1)) / np.sqrt(n)
    delta = float(difference.mean())
    return {
        "base": float(both[:, 0].mean()),
        "value": float(both[:, 1].mean()),
        "delta": delta,
        "lo": None if half is None else delta - half,
        "hi": None if half is None else delta + half,
        "seeds": n,
    }


def as_markdown(found: Mapping[str, Any]) -> str:
    """Return the means over languages, each with its interval, and the verdicts."""
    lines = [
        "| suite | task | base | suite's | change (95 % interval over seeds) | latency | memory |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in found["metrics"]:
        if row["language"] != "mean":
            continue
        interval = "" if row["lo"] is None else f" [{row['lo']:+.1f}, {row['hi']:+.1f}]"
        note = " (shared rows)" if row["shared_rows"] else ""
        measured = _of_task(found["latency"].get(row["suite"], {}), row["task"])
        lines.append(
            f"| {row['suite']} | {row['task']}{note} | {row['base']:.1f} | {row['value']:.1f} | "
            f"{row['delta']:+.1f}{interval} | {measured['latency']} | {measured['memory']} |"
        )
    return "\n".join(lines) + "\n"


def _of_task(comparison: Mapping[str, Any], task: str) -> dict[str, str]:
    """The ratios of a task's cells, geometric mean, and how many of them are of which verdict."""
    told = {}
    for name in ("latency", "memory"):
        cells = [c for c in comparison.get("cells", ()) if c["task"] == task]
        found = [c["quantities"].get("memory" if name == "memory" else c["main"]) for c in cells]
        found = [estimate for estimate in found if estimate and estimate["ratio"] is not None]
        verdicts = [estimate["verdict"] for estimate in found]
        counts = ", ".join(f"{verdicts.count(v)} {v}" for v in sorted(set(verdicts)))
        mean = np.exp(np.mean([np.log(estimate["ratio"]) for estimate in found])) if found else None
        told[name] = "–" if mean is None else f"{mean:.3f} ({counts})"
    return told
