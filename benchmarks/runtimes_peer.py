"""The same model on the same number of tokens, measured by optimum-benchmark.

It measures one shape with random token ids; it needs a virtual environment of its own (see
``peers.py``). Eager PyTorch on one thread is what both can do.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

SCRIPT = """
import json, sys
import torch
from optimum_benchmark import (
    Benchmark, BenchmarkConfig, InferenceConfig, ProcessConfig, PyTorchConfig)
if __name__ == "__main__":
    folder, family, tokens = sys.argv[1], sys.argv[2], int(sys.argv[3])
    config = BenchmarkConfig(
        name="peer",
        launcher=ProcessConfig(),
        scenario=InferenceConfig(
            latency=True, memory=True, duration=10,
            input_shapes={"batch_size": 1, "sequence_length": tokens}),
        backend=PyTorchConfig(
            model=folder, processor=folder, device="cpu", task="feature-extraction",
            library="transformers", model_type=family, inter_op_num_threads=1,
            intra_op_num_threads=1))
    found = Benchmark.launch(config).to_dict()
    forward = found["forward"]
    print("PEER", json.dumps({
        "latency_p50_ms": forward["latency"]["p50"] * 1e3,
        "n_samples": forward["latency"]["count"],
        "peak_rss_bytes": round(forward["memory"]["max_ram"] * 1e6),
        "load_s": found["load_model"]["latency"]["mean"],
    }))
"""


def peer(python: str, folder: Path, family: str, tokens: int) -> dict[str, Any]:
    """Return p50, samples, peak memory and time of loading as optimum-benchmark has them.

    Args:
        python: the interpreter of an environment with optimum-benchmark.
        folder: the checkpoint.
        family: its ``model_type``.
        tokens: of the one row.
    """
    with tempfile.TemporaryDirectory() as place:
        script = Path(place) / "peer.py"
        script.write_text(SCRIPT, encoding="utf-8")
        done = subprocess.run(
            [python, str(script), str(folder.resolve()), family, str(tokens)],
            check=True,
            capture_output=True,
            text=True,
            cwd=place,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
    line = next(row for row in done.stdout.splitlines() if row.startswith("PEER "))
    found: dict[str, Any] = json.loads(line.removeprefix("PEER "))
    return found | {"tokens": tokens}
