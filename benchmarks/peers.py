"""The same model measured several times by xlbench and by optimum-benchmark.

    python benchmarks/peers.py --peer-python .venv-peer/bin/python

What counts: how far the p50 of equal runs scatters, and the wall time of a configuration
from command to result. The runs alternate. optimum-benchmark 0.6.0 needs transformers 4.57,
so it lives in a virtual environment of its own:

    python -m venv .venv-peer
    .venv-peer/bin/pip install torch==2.13.0
    .venv-peer/bin/pip install optimum-benchmark==0.6.0 "transformers==4.57.*"
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from evidence import evidence

PEER = """
import json, sys
from optimum_benchmark import (
    Benchmark, BenchmarkConfig, InferenceConfig, ProcessConfig, PyTorchConfig)
folder = sys.argv[1]
if __name__ == "__main__":
    config = BenchmarkConfig(
        name="peer",
        launcher=ProcessConfig(),
        scenario=InferenceConfig(
            latency=True, input_shapes={"batch_size": 1, "sequence_length": 64}),
        backend=PyTorchConfig(
            model=folder, processor=folder, device="cpu", task="text-classification",
            library="transformers", model_type="xlm-roberta"))
    report = Benchmark.launch(config)
    print("P50", report.to_dict()["forward"]["latency"]["p50"])
"""


def make_checkpoint(folder: Path) -> None:
    """Write a 6-layer, 256-wide XLM-R classifier and the embedded tokenizer."""
    import torch
    from transformers import (
        AutoTokenizer,
        XLMRobertaConfig,
        XLMRobertaForSequenceClassification,
    )

    import xlbench

    embedded = Path(xlbench.__file__).parent / "checkpoints" / "embedded"
    tokenizer = AutoTokenizer.from_pretrained(embedded)
    torch.manual_seed(0)
    config = XLMRobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=256,
        num_hidden_layers=6,
        num_attention_heads=8,
        intermediate_size=1024,
        max_position_embeddings=514,
        type_vocab_size=1,
        id2label={0: "contradiction", 1: "entailment", 2: "neutral"},
    )
    XLMRobertaForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def ours(folder: Path, out: Path) -> float:
    """Run xlbench on one language and return the p50 of its single-stream latency in ms."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "xlbench",
            "run",
            "--ckpt",
            str(folder),
            "--tasks",
            "xnli",
            "--langs",
            "en",
            "--scenario",
            "single-stream",
            "--budget",
            "10s",
            "--out",
            str(out),
            "--json",
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(json.loads(done.stdout)["cells"][0]["latency_p50_ms"])


def peers(python: str, folder: Path, script: Path) -> float:
    """Run optimum-benchmark with its defaults and return the p50 in ms."""
    done = subprocess.run(
        [python, str(script), str(folder)], check=True, capture_output=True, text=True
    )
    line = next(row for row in done.stdout.splitlines() if row.startswith("P50 "))
    return float(line.split()[1]) * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer-python", required=True, help="interpreter with optimum-benchmark")
    parser.add_argument("--runs", type=int, default=4)
    parser.add_argument("--out", type=Path, help="write the result there as JSON")
    arguments = parser.parse_args()
    found: dict[str, list[dict[str, Any]]] = {"xlbench": [], "optimum-benchmark": []}
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        make_checkpoint(root / "model")
        script = root / "peer.py"
        script.write_text(PEER)
        for run in range(arguments.runs):
            calls = {
                "xlbench": lambda run=run: ours(root / "model", root / f"out{run}"),
                "optimum-benchmark": lambda: peers(arguments.peer_python, root / "model", script),
            }
            for name, call in calls.items():
                start = time.perf_counter()
                p50_ms = call()
                found[name].append({"p50_ms": p50_ms, "wall_s": time.perf_counter() - start})
                print(
                    f"{name}: p50 {p50_ms:.2f} ms in {found[name][-1]['wall_s']:.1f} s", flush=True
                )
    result = {}
    for name, rows in found.items():
        values = [row["p50_ms"] for row in rows]
        result[name] = {
            "runs": rows,
            "p50_spread": max(values) / min(values) - 1,
            "mean_wall_s": sum(row["wall_s"] for row in rows) / len(rows),
        }
        print(
            f"{name}: p50 largest over smallest {result[name]['p50_spread']:+.1%}, "
            f"{result[name]['mean_wall_s']:.1f} s a configuration"
        )
    if arguments.out:
        arguments.out.write_text(json.dumps({**evidence(), **result}, indent=1) + "\n")


if __name__ == "__main__":
    main()
