"""Results of two arms with a known truth, through the project's own writers.

A language's tokens, its latency and its scores follow from simple laws, so that a test can
say what a table or a picture must show.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from xlbench.arms import parse_arm
from xlbench.cell import OFFLINE, SCENARIOS, ArmCell
from xlbench.judge.paired import judge
from xlbench.metrics import combine
from xlbench.metrics.measure import Measure
from xlbench.results.files import write_json
from xlbench.results.manifest import Manifest, Segment, UsedData, read_manifest, write_manifest
from xlbench.results.parts import PartWriter
from xlbench.results.result import summarised
from xlbench.results.schema import SAMPLES, VISITS
from xlbench.settings import Settings
from xlbench.stats.observations import Observations
from xlbench.tasks.catalogue import TASKS

EXAMPLES, VISITS_EACH, TIMES = 40, 4, 2
START_NS = 1_770_000_000 * 10**9
MIB = 2**20
GAIN = 4.0
"""Percentage points by which each arm scores more than the one before it."""


def tokens_of(language: str) -> float:
    """Tokens relative to English: 1 for English, up to 2.2."""
    if language == "en":
        return 1.0
    return 0.85 + 1.35 * ((ord(language[0]) * 31 + ord(language[1]) * 17) % 97) / 96


def latency_ms(task: str, language: str) -> float:
    """A fixed cost and one for each token."""
    return (2.0 + 3.0 * tokens_of(language)) * (2.5 if TASKS[task].kind.name == "question" else 1.0)


def score(task: str, language: str, arm: int) -> float:
    """English is best; more tokens score less; each arm gains."""
    return 82.0 - 14.0 * (tokens_of(language) - 1) - 3.0 * (language != "en") + GAIN * arm


def write_run(
    folder: Path,
    arms: Sequence[str] = ("base", "stilts"),
    tasks: Sequence[str] = tuple(TASKS),
    languages: Mapping[str, Sequence[str]] | None = None,
    metrics: bool = True,
    factor: Mapping[str, float] | None = None,
    seed: int = 0,
    **changes: Any,
) -> Path:
    """Write a run with samples, visits and predictions; ``factor`` slows an arm."""
    rng = np.random.default_rng(seed)
    writer = PartWriter(folder)
    keys = [
        ArmCell(arm, task, language, scenario)
        for task in tasks
        for language in (languages or {}).get(task, TASKS[task].languages)
        for arm in arms
        for scenario in SCENARIOS
    ]
    number = 0
    for _ in range(VISITS_EACH):
        for n in rng.permutation(len(keys)):
            key = keys[n]
            slowed = (factor or {}).get(key.arm, 1.0)
            _visit(writer, key, number, arms.index(key.arm), slowed, metrics, rng)
            number += 1
    writer.flush()
    told = replace(_manifest(folder, arms, keys), **changes)
    write_manifest(folder, told)
    summarised(folder, told, {})
    return folder


def write_comparison(folder: Path, a: str, b: str, ratio: float = 1.0, seed: int = 1) -> Path:
    """Judge both arms of a run in turns that were simulated, and store it in the run's folder."""
    rng = np.random.default_rng(seed)
    cells = list(dict.fromkeys(key.cell for key in read_manifest(folder).cells))
    observations, measures = Observations(), {}
    for cell in cells:
        # Every seventh language is measured badly.
        noise = 0.03 if sum(map(ord, cell.language)) % 7 == 0 else 0.003
        for pair in range(6):
            for quantity in ("latency_p50", "latency_p95", "end_to_end_p50", "pass_time"):
                if quantity != "pass_time" or cell.scenario == OFFLINE:
                    value = float(np.log(ratio) + rng.normal(0, noise))
                    observations.add(quantity, cell, pair, value)
            observations.add("memory", cell, pair, float(rng.normal(0, 0.0005)))
        if cell.scenario == OFFLINE:
            for n, arm in enumerate((a, b)):
                measures[arm, cell] = _measure(cell.task, cell.language, n)
    found = judge(a, b, observations, cells, measures, 0.02, notes=["6 pairs of processes"])
    write_json(folder / "comparison.json", found.to_json())
    return folder


def _measure(task: str, language: str, arm: int) -> Measure:
    name, statistics = _statistics(task, language, arm)
    ids = tuple(str(n) for n in range(len(statistics)))
    return Measure(name, ids, statistics, combine.share)


def _statistics(task: str, language: str, arm: int) -> tuple[str, np.ndarray]:
    """400 examples of which the right share is right."""
    right = np.zeros((400, 2))
    right[:, 1] = 1.0
    right[: round(4 * score(task, language, arm)), 0] = 1.0
    return "accuracy", right


def _visit(
    writer: PartWriter,
    key: ArmCell,
    number: int,
    arm: int,
    slowed: float,
    metrics: bool,
    rng: np.random.Generator,
) -> None:
    offline = key.scenario == OFFLINE
    tokens = round(EXAMPLES * 24 * tokens_of(key.language))
    words = EXAMPLES * 14
    row = dict.fromkeys(name for name, *_ in VISITS) | {
        **key._asdict(),
        "visit": number,
        "process": 0,
        "round": 0,
        "started_unix_ns": START_NS + number * 200_000_000,
        "spent_ns": 200_000_000,
        "status": "ok",
        "flags": ["no-labels"] if not metrics else [],
        "checkpoint": key.arm,
        "device": "cpu",
        "load_ns": 10**9,
        "weights_bytes": 700 * MIB,
        "n_examples": EXAMPLES,
        "n_batches": EXAMPLES // 8 if offline else EXAMPLES,
        "n_truncated": 3 if key.language == "ta" else 0,
        "tokens": tokens + 3 * EXAMPLES,
        "padded_tokens": round(1.05 * (tokens + 3 * EXAMPLES)) if offline else None,
        "content_tokens": tokens,
        "words": None if key.language in ("zh", "ja", "th", "my") else words,
        "chars": 5 * words,
        "examples_digest": key.task,
        "reference_ns": round(130_000 * np.exp(rng.normal(0, 0.01))),
        "steal_ns": 0,
        "run_delay_ns": 20_000_000 if rng.random() < 0.06 else 0,
        "peak_rss_bytes": round((900 + 40 * tokens_of(key.language) + arm) * MIB),
        "rss_before_bytes": 850 * MIB,
    }
    if offline and metrics:
        row |= _metric(key, arm)
    writer.add(visits=[row])
    writer.add(samples=list(_samples(key, number, offline, slowed, tokens, rng)))


def _metric(key: ArmCell, arm: int) -> dict[str, object]:
    task = TASKS[key.task]
    value = score(key.task, key.language, arm)
    named = {task.metric: value}
    if task.kind.name == "question":
        named["exact_match"] = value - 12.0
    return {
        "metric_name": task.metric,
        "metric_value": value,
        "metric_lo": value - 2.5,
        "metric_hi": value + 2.0,
        "metrics_json": json.dumps(named),
    }


def _samples(
    key: ArmCell,
    number: int,
    offline: bool,
    slowed: float,
    tokens: int,
    rng: np.random.Generator,
) -> Iterator[dict[str, Any]]:
    units = EXAMPLES // 8 if offline else EXAMPLES
    level = 1e6 * latency_ms(key.task, key.language) * slowed * (5.0 if offline else 1.0)
    lengths = 1 + 0.3 * np.sin(np.arange(units))
    tails = np.where(rng.random((units, TIMES)) < 0.03, 1.6, 1.0)
    noise = np.exp(rng.normal(0, 0.02, (units, TIMES)))
    shared = dict.fromkeys(name for name, *_ in SAMPLES) | {
        **key._asdict(),
        "visit": number,
        "process": 0,
        "start_ns": 0,
        "rows": 8 if offline else 1,
        "padded_length": 32,
        "tokens": tokens // units,
        "tokenize_ns": None if offline else 200_000,
        "decode_ns": None if offline else 50_000,
    }
    latencies = np.rint(level * lengths[:, None] * tails * noise).astype(int).tolist()
    for unit, times in enumerate(latencies):
        for ns in times:
            yield shared | {
                "unit": unit,
                "latency_ns": ns,
                "forward_ns": ns,
                "end_to_end_ns": None if offline else ns + 250_000,
            }


def _manifest(folder: Path, arms: Sequence[str], keys: Sequence[ArmCell]) -> Manifest:
    pairs = dict.fromkeys((key.task, key.language) for key in keys)
    segment = Segment(
        "xlbench run",
        "2026-02-03T04:05:06+00:00",
        ended="2026-02-03T05:05:06+00:00",
        workers={arm: {"torch": "2.13.0"} for arm in arms},
    )
    return Manifest(
        run_id=folder.name,
        xlbench="0.1.0",
        settings=Settings(arms=tuple(map(parse_arm, arms))),
        machine="m-one",
        data=UsedData(
            "folder",
            "/data/xtreme",
            fingerprints={f"{task}/{language}": "same" for task, language in pairs},
        ),
        cells=tuple(keys),
        status="finished",
        environment={
            "cpu_model": "Fast CPU",
            "cpus": 8,
            "governor": "performance",
            "load_average": [0.1, 0.1, 0.1],
            "memory_total_bytes": 64 * 2**30,
        },
        segments=(segment,),
    )
