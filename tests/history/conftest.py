import numpy as np
import pytest

from xlbench.arm_options import Options
from xlbench.arms import Arm
from xlbench.cell import ArmCell
from xlbench.results.manifest import Manifest, Segment, UsedData, write_manifest
from xlbench.results.parts import PartWriter
from xlbench.results.result import summarised
from xlbench.settings import Settings

SAMPLES = 9
HOST = {"cpu_model": "Fast CPU", "cpus": 4, "machine": "x86_64", "hostname": "here"}


@pytest.fixture
def record(tmp_path):
    """Writes result folders through the real writers, one for each call, a day apart."""
    count = 0

    def write(latencies_ms, **changed):
        """Write a run.

        Args:
            latencies_ms: median of each cell, by (arm, task, language, scenario).
            changed: parts of the manifest and of what stands behind it: ``machine``,
                ``torch``, ``data``, ``threads``, ``reference_ns``, ``steal_ns``, ``segments``,
                ``run_id``, ``name``, ``started``, ``options``.
        """
        nonlocal count
        keys = [ArmCell(*key) for key in latencies_ms]
        day = changed.get("started", f"2026-{1 + count // 28:02}-{1 + count % 28:02}T10:00:00")
        name = changed.get("name", f"run-{count:03}")
        folder = tmp_path / "results" / name
        folder.mkdir(parents=True)
        arms = list(dict.fromkeys(key.arm for key in keys))
        worker = {
            "torch": changed.get("torch", "2.11.0"),
            "threads": changed.get("threads", 2),
            "affinity": [0, 1],
            "python": "3.11.7",
        }
        options = Options(device="cpu", **changed.get("options", {}))
        segment = Segment("", f"{day}+00:00", host=HOST, workers=dict.fromkeys(arms, worker))
        data = {f"{k.task}/{k.language}": changed.get("data", "same") for k in keys}
        manifest = Manifest(
            run_id=changed.get("run_id", f"id-{count:03}"),
            xlbench="0.1.0",
            status="finished",
            machine=changed.get("machine", "m-one"),
            environment=HOST,
            settings=Settings(arms=tuple(Arm(arm, arm, options) for arm in arms)),
            data=UsedData("folder", "data", {}, data),
            cells=tuple(keys),
            segments=changed.get("segments", (segment,)),
        )
        write_manifest(folder, manifest)
        writer = PartWriter(folder)
        rng = np.random.default_rng(count)
        for number, (key, median_ms) in enumerate(zip(keys, latencies_ms.values(), strict=True)):
            place = {**key._asdict(), "visit": number, "process": 0}
            writer.add(
                visits=[
                    {
                        **place,
                        "status": "ok",
                        "flags": [],
                        "device": "cpu",
                        "n_examples": 9,
                        "n_batches": 9,
                        "tokens": 90,
                        "content_tokens": 80,
                        "chars": 200,
                        "words": 30,
                        "spent_ns": 10**9,
                        "steal_ns": changed.get("steal_ns", 0),
                        "reference_ns": changed.get("reference_ns", 1000),
                    }
                ],
            )
            # Spread evenly around the median, which so is exactly what was asked for.
            spread = rng.uniform(0.01, 0.03) * (np.arange(SAMPLES) - SAMPLES // 2) / SAMPLES
            writer.add(
                samples=[
                    {
                        **place,
                        "unit": unit,
                        "rows": 1,
                        "padded_length": 16,
                        "tokens": 10,
                        "latency_ns": round(median_ms * 1e6 * (1 + share)),
                        "forward_ns": round(median_ms * 1e6),
                    }
                    for unit, share in enumerate(spread)
                ],
            )
        writer.flush()
        summarised(folder, manifest, {})
        count += 1
        return folder

    write.root = tmp_path / "results"
    return write


@pytest.fixture
def record_series(record):
    """Writes a run for each value of one cell (and of others that move along, if named)."""

    def write(values_ms, cells=(("base", "xnli", "en", "single-stream"),), **changed):
        for value in values_ms:
            record(dict.fromkeys(cells, value), **changed)
        return record.root

    return write
