"""Is the peak of memory exact? A known block lives for 1 ms inside a cell, 50 times.

    python benchmarks/memory.py

One worker measures every visit by the kernel's high-water mark, as xlbench does; another, with
the same block, by a thread that samples every 10 ms, as other harnesses do.
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
from xlbench.cell import OFFLINE, Cell
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.encode.plan import Packing
from xlbench.tasks.pair.example import PairExample
from xlbench.workers.client import Worker
from xlbench.workers.launch import Launch
from xlbench.workers.protocol import Load, Open, Visit

MIB = 2**20
EMBEDDED = Path(xlbench.__file__).parent / "checkpoints" / "embedded"


def load(checkpoint: CheckpointSpec, device: Any, dtype: str, attn: str | None) -> Any:
    """The worker's loader: a model that touches every page of a block for 1 ms."""
    import torch
    from transformers import AutoTokenizer

    from xlbench.probes import host
    from xlbench.session.model import Model

    asked = checkpoint.config or {}
    if asked["sampled"]:
        host.reset_peak = lambda: False

    def forward(ids: Any, mask: Any) -> Any:
        # Straight from the kernel: malloc might reuse pages that are resident already.
        with mmap.mmap(-1, asked["block_bytes"]) as block:
            for page in range(0, asked["block_bytes"], mmap.PAGESIZE):
                block[page] = 1
            time.sleep(0.001)
        return (torch.zeros(len(ids), 3),)

    tokenizer = AutoTokenizer.from_pretrained(EMBEDDED)
    return Model(forward, tokenizer, ("a", "b", "c"), 0)


def load_block(worker: Worker, block_bytes: int, sampled: bool) -> None:
    """Have the model loaded whose block has this size, and one example opened."""
    config = {"block_bytes": block_bytes, "sampled": sampled}
    spec = CheckpointSpec("block", "xnli", "pair", "block", None, config, "random", 0, "")
    worker.load(Load(spec, "fp32", None, "eager"))
    packing = Packing("max", batch_size=1, tokens_per_batch=None, max_length=128)
    worker.open(Open("xnli", "en", packing), [PairExample("0", "a", "b", None)])


def visit(worker: Worker) -> float:
    """Return the peak above the resident memory before, in MiB."""
    cell = Cell("xnli", "en", OFFLINE)
    told = worker.visit(Visit(cell, seed=0, slice_ns=0, floor=1, units=(0,))).readings
    return float(told["peak_rss_bytes"] - told["rss_before_bytes"]) / MIB


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="write the result there as JSON")
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    rows = []
    loader = f"{Path(__file__).resolve()}:load"
    with (
        Worker(Launch(device="cpu", loader=loader)) as kernel,
        Worker(Launch(device="cpu", loader=loader)) as sampler,
    ):
        for truth in rng.integers(8, 200, arguments.times).tolist():
            row = {"truth_mib": truth}
            for name, worker in (("kernel_mib", kernel), ("sampler_mib", sampler)):
                load_block(worker, truth * MIB, sampled=worker is sampler)
                visit(worker)
                row[name] = visit(worker)
            rows.append(row)
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
