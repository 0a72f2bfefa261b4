"""Result folders with known truth, made through the real writers; small data files; how
properties are tested."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from xlbench.arms import parse_arm
from xlbench.cell import ArmCell
from xlbench.data.malformed import MalformedRows
from xlbench.results.manifest import Manifest, UsedData, write_manifest
from xlbench.results.parts import PartWriter
from xlbench.results.result import summarised
from xlbench.results.schema import VISITS
from xlbench.settings import Settings

# How long an example takes depends on what else the machine does. A job tries the same
# examples each time; whoever works on the code finds new ones.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("job", settings.get_profile("here"), derandomize=True)
settings.load_profile("job" if os.environ.get("CI") else "here")

UNITS, REPEATS = 12, 8
LANGUAGES = ("en", "sw")


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a file below ``tmp_path`` and returns its path."""

    def write_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


@pytest.fixture
def stop():
    """The policy that raises at a malformed row."""
    return MalformedRows(skip=False)


@pytest.fixture
def skip():
    """The policy that leaves malformed rows out."""
    return MalformedRows(skip=True)


@pytest.fixture(scope="session")
def write_run():
    """Return a function that writes the result folder of one run of several processes."""
    return _write_run


def _write_run(
    folder,
    *,
    factor=1.0,
    processes=5,
    seed=0,
    machine="m-one",
    reference_ns=100_000,
    data="same",
    carried=0.002,
    n_batches=UNITS,
    right=None,
    arms=("base",),
    memory=10**8,
    languages=LANGUAGES,
    first=(),
    failed=(),
):
    """Write a run of xnli, both scenarios.

    Args:
        factor: of all latencies.
        carried: standard deviation of what a process carries, on the log scale.
        reference_ns: of the reference kernel; ``None``: not recorded.
        right: for each example whether the prediction is right, or a function that returns it for
            a cell of an arm; ``None``: no metric.
        memory: bytes of the peak.
        first: values of a visit before all others, whose batches took ten times as long.
        failed: languages whose visits all fail.
    """
    rng = np.random.default_rng(seed)
    writer = PartWriter(folder)
    keys = [
        ArmCell(arm, "xnli", language, scenario)
        for arm in arms
        for language in languages
        for scenario in ("single-stream", "offline")
    ]
    number = 0

    def visit(key, process, log_ratio, **values):
        nonlocal number
        offline = key.scenario == "offline"
        place = {**key._asdict(), "visit": number, "process": process}
        number += 1
        row = (
            dict.fromkeys(name for name, *_ in VISITS)
            | place
            | {
                "status": "ok",
                "flags": [],
                "n_examples": UNITS,
                "n_batches": n_batches if offline else UNITS,
                "tokens": 90,
                "padded_tokens": 100 if offline else None,
                "content_tokens": 80,
                "chars": 160,
                "spent_ns": 10**9,
                "steal_ns": 0,
                "reference_ns": reference_ns,
                "peak_rss_bytes": memory,
                "rss_before_bytes": memory // 2,
                **values,
            }
        )
        if key.language in failed:
            writer.add(visits=[row | {"status": "failed", "error": "the worker was killed"}])
            return
        if offline and right is not None and process == 0:
            own = right(key) if callable(right) else right
            row |= {"metric_name": "accuracy", "metric_value": 100 * float(np.mean(own))}
            writer.add(
                predictions=[
                    {
                        **{n: place[n] for n in ("arm", "task", "language", "visit")},
                        "id": str(i),
                        "prediction": "x",
                        "statistics": [float(r), 1.0],
                    }
                    for i, r in enumerate(own)
                ],
            )
        writer.add(visits=[row])
        level = 1e6 * (1 + np.arange(UNITS) / 4) * factor * np.exp(log_ratio)
        for _ in range(REPEATS):
            noise = rng.normal(0, 0.01, UNITS)
            writer.add(
                samples=[
                    {
                        **place,
                        "unit": unit,
                        "rows": 1,
                        "padded_length": 16,
                        "tokens": 10,
                        "latency_ns": round(ns),
                        "forward_ns": round(ns),
                        "end_to_end_ns": None if offline else round(1.5 * ns),
                    }
                    for unit, ns in enumerate(level * np.exp(noise))
                ],
            )

    for values in first:
        for key in keys:
            visit(key, 0, np.log(10), **values)
    for process in range(processes):
        whole = rng.normal(0, carried)
        for key in keys:
            visit(key, process, whole + rng.normal(0, carried / 2))
    writer.flush()
    manifest = Manifest(
        run_id=folder.name,
        xlbench="0.1.0",
        status="finished",
        machine=machine,
        environment={"cpu_model": "Fast CPU", "cpus": 4, "hostname": "here"},
        settings=Settings(arms=tuple(map(parse_arm, arms))),
        data=UsedData("folder", "data", {}, {f"xnli/{language}": data for language in languages}),
        cells=tuple(keys),
    )
    write_manifest(folder, manifest)
    summarised(folder, manifest, {})
    return folder
