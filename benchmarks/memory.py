"""Is the peak of memory exact? A known block lives for 1 ms inside a cell, 50 times.

    python benchmarks/memory.py

Every visit is measured by the kernel's high-water mark, as xlbench does; a second visit with
the same block is measured by a thread that samples every 10 ms, as other harnesses do.
"""

from __future__ import annotations

import argparse
import json
import mmap
import time
from pathlib import Path
from typing import Any

import numpy as np

import xlbench
from xlbench.examples import PairExample
from xlbench.workers.launch import Launch
from xlbench.workers.process import Worker

MIB = 2**20
EMBEDDED = Path(xlbench.__file__).parent / "checkpoints" / "embedded"


def load(spec: dict[str, Any], device: Any, dtype: str, attn: str | None) -> Any:
    """The worker's loader: a model that touches every page of a block for 1 ms."""
    import torch
    from transformers import AutoTokenizer

    from xlbench.workers.session import Model

    def forward(ids: Any, mask: Any) -> Any:
        # Straight from the kernel: malloc might reuse pages that are resident already.
        with mmap.mmap(-1, spec["block_bytes"]) as block:
            for page in range(0, spec["block_bytes"], mmap.PAGESIZE):
                block[page] = 1
            time.sleep(0.001)
        return (torch.zeros(len(ids), 3),)

    tokenizer = AutoTokenizer.from_pretrained(EMBEDDED)
    return Model(forward, tokenizer, ("a", "b", "c"), 0)


def visit(worker: Worker, sampled: bool) -> float:
    """Return the peak above the resident memory before, in MiB."""
    reply, _ = worker.ask(
        {
            "op": "visit",
            "key": "c",
            "scenario": "offline",
            "units": [0],
            "seed": 0,
            "slice_ns": 0,
            "floor": 1,
            "complete": False,
            "predictions": False,
            "sample_rss": sampled,
        }
    )
    return float(reply["peak_rss_bytes"] - reply["rss_before_bytes"]) / MIB


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="write the result there as JSON")
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    rows = []
    with Worker(Launch(device="cpu", loader=f"{Path(__file__).resolve()}:load")) as worker:
        options = {"dtype": "fp32", "attn": None, "runtime": "eager"}
        packing = {"padding": "max", "batch_size": 1, "tokens_per_batch": None, "buckets": None}
        for truth in rng.integers(8, 200, arguments.times).tolist():
            spec = {"block_bytes": truth * MIB}
            worker.ask({"op": "load", "spec": spec, "options": options})
            worker.ask(
                {"op": "open", "key": "c", "task": "xnli", "language": "en", "packing": packing},
                [PairExample("0", "a", "b", None)],
            )
            visit(worker, sampled=False)
            rows.append(
                {
                    "truth_mib": truth,
                    "kernel_mib": visit(worker, False),
                    "sampler_mib": visit(worker, True),
                }
            )
    errors = {
        name: [abs(row[f"{name}_mib"] - row["truth_mib"]) for row in rows]
        for name in ("kernel", "sampler")
    }
    result = {
        "times": len(rows),
        "target_mib": 2,
        **{
            f"{name}_{what}": value
            for name, values in errors.items()
            for what, value in (
                ("within_2_mib", sum(e <= 2 for e in values)),
                ("largest_error_mib", max(values)),
            )
        },
    }
    print(json.dumps(result, indent=1))
    if arguments.out:
        # Not at the top: the worker loads this file, too, and not from this folder.
        from evidence import evidence

        whole = {**evidence(), **result, "rows": rows}
        arguments.out.write_text(json.dumps(whole, indent=1) + "\n")


if __name__ == "__main__":
    main()
