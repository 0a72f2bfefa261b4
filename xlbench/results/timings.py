"""From samples to what a cell took: latencies, stages, throughput, energy, as columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from xlbench.cell import ArmCell
from xlbench.flags import Flag
from xlbench.results.schema import Row
from xlbench.stats.percentiles import percentile

PERCENTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}

Columns = dict[str, Any]
"""Some columns of a row of ``cells``, by name."""

Samples = Mapping[str, np.ndarray]


def over(some: float | None, all_of_it: float | None) -> float | None:
    """Return the ratio; ``None`` where one side is not known, or the lower one is nothing."""
    return some / all_of_it if some is not None and all_of_it else None


def latency(samples: Samples, flags: set[str]) -> Columns:
    """Return the mean and percentiles; those that can't be bounded are noted in ``flags``."""
    values = samples["latency_ns"] / 1e6
    row: Columns = {"latency_mean_ms": float(values.mean()) if len(values) else None}
    for name, q in PERCENTILES.items():
        found = percentile(values, q)  # type: ignore[arg-type]
        if found is None:
            flags.add(Flag[f"NO_{name.upper()}"])
            continue
        row[f"latency_{name}_ms"] = found.value
        row[f"latency_{name}_lo_ms"] = found.lo
        row[f"latency_{name}_hi_ms"] = found.hi
    return row


def stages(key: ArmCell, good: list[Row], samples: Samples) -> Columns:
    """Return the medians of what a batch, or an example alone, is made of."""
    medians = {
        "h2d_p50_ms": _median_ms(samples["h2d_ns"]),
        "forward_p50_ms": _median_ms(samples["forward_ns"]),
    }
    if key.scenario == "single-stream":
        return medians | {
            "tokenize_p50_ms": _median_ms(samples["tokenize_ns"]),
            "decode_p50_ms": _median_ms(samples["decode_ns"]),
            "end_to_end_p50_ms": _median_ms(samples["end_to_end_ns"]),
        }
    passes = [v for v in good if v["pass_ns"] is not None and v["n_batches"]]
    for column, name in (
        ("tokenize_p50_ms", "tokenize_ns"),
        ("decode_p50_ms", "decode_ns"),
        ("end_to_end_p50_ms", "pass_ns"),
    ):
        known = [v[name] / v["n_batches"] for v in passes if v[name] is not None]
        per_batch = np.array(known, dtype=float)
        medians[column] = _median_ms(per_batch)
    return medians


def throughput(key: ArmCell, samples: Samples, visit: Row) -> Columns:
    """Examples and real tokens over the summed mean times of their batches in the loop.

    A batch that was run more often than another does not count for more. Offline, examples
    per second exist once every batch was timed: an example may have windows in several. A batch's
    time is that from one batch to the next, in which the device may have waited for the host; of
    results from before that was measured it is the latency.
    """
    units, latencies = samples["unit"], samples["latency_ns"]
    if not len(units):
        return {}
    whole = samples["end_to_end_ns" if key.scenario == "single-stream" else "cycle_ns"]
    times = np.where(np.isnan(whole), latencies, whole)
    _, first, inverse = np.unique(units, return_index=True, return_inverse=True)
    mean_s = np.bincount(inverse, weights=times) / np.bincount(inverse) / 1e9
    seconds = float(mean_s.sum())
    tokens = float(samples["tokens"][first].sum())
    examples = None
    if key.scenario == "single-stream":
        examples = len(first)
    elif len(first) == visit["n_batches"]:
        examples = visit["n_examples"]
    return {
        "throughput_tokens_per_s": over(tokens, seconds),
        "throughput_examples_per_s": over(examples, seconds),
        "device_busy_share": _busy_share(latencies, whole) if key.scenario == "offline" else None,
    }


def _busy_share(latencies: np.ndarray, cycles: np.ndarray) -> float | None:
    known = ~np.isnan(cycles)
    return over(float(latencies[known].sum()), float(cycles[known].sum()))


def energy(good: list[Row], samples: Samples, newest: Row) -> float | None:
    """Return joules an example, by the tokens of the samples whose energy is known."""
    spent = {v["visit"]: v["energy_mj"] for v in good if v["energy_mj"] is not None}
    # What visits did whose energy is unknown must not dilute that of the others.
    told = np.isin(samples["visit"], list(spent))
    done = float(samples["tokens"][told].sum())
    if not spent or not done or not newest["tokens"]:
        return None
    examples: float = done / newest["tokens"] * newest["n_examples"]
    return float(sum(spent.values()) / 1000 / examples)


def _median_ms(values: np.ndarray) -> float | None:
    known = values[~np.isnan(values)]
    return float(np.median(known)) / 1e6 if len(known) else None
