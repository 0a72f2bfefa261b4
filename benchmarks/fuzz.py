"""Does anything that reads what others wrote give more than a value or a sentence?

    python benchmarks/fuzz.py                       # 200,000 inputs
    python benchmarks/fuzz.py --only 4711 --seed 3  # one of them again, with its traceback

Arms, options, YAML, folders of checkpoints, manifests and tables of results, data in XTREME's and
in the Hub's files: nearly right, each made from the seed and its number. None may raise anything
but a ``UserError`` with a printable message, take 2 s of processor time, or 200 MiB.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from pathlib import Path

from evidence import evidence
from fuzzing.campaign import Findings, campaign
from fuzzing.checkpoint_files import catalogue, checkpoints
from fuzzing.data_files import data, parquet
from fuzzing.judge import MOST_BYTES, MOST_S
from fuzzing.result_files import manifests, tables
from fuzzing.words import arms, options

TARGETS = {
    "arms": arms,
    "options": options,
    "catalogue": catalogue,
    "checkpoints": checkpoints,
    "manifests": manifests,
    "tables": tables,
    "data": data,
    "parquet": parquet,
}
SHARES = {
    "arms": 32,
    "options": 20,
    "catalogue": 4,
    "checkpoints": 8,
    "manifests": 8,
    "tables": 8,
    "data": 12,
    "parquet": 8,
}
INPUTS = 200_000
STRETCH = 25_000
"""Inputs of one process."""


def fuzz(numbers: range, seed: int) -> Findings:
    """Run the campaign of the given inputs."""
    return campaign(TARGETS, SHARES, numbers, seed)


def in_processes(stretches: list[range], seed: int, processes: int) -> list[Findings]:
    """Run stretches of inputs in processes of their own; the death of one is a fault."""
    with ProcessPoolExecutor(
        processes,
        multiprocessing.get_context("spawn"),
        initializer=faulthandler.enable,
        max_tasks_per_child=1,
    ) as pool:
        coming = [pool.submit(fuzz, numbers, seed) for numbers in stretches]
        found = []
        for numbers, future in zip(stretches, coming, strict=True):
            try:
                found.append(future.result())
            except BrokenProcessPool:
                died = {"count": 1, "first": numbers.start}
                found.append(Findings(faults={f"the process died in inputs {numbers}": died}))
                break
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=INPUTS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--only", type=int, help="number of the one input to try")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/fuzz.json"))
    asked = parser.parse_args()
    if asked.only is not None:
        found = fuzz(range(asked.only, asked.only + 1), asked.seed)
        print(json.dumps(asdict(found), indent=1))
        sys.exit(bool(found.faults))
    head = evidence()
    began = time.monotonic()
    stretches = [
        range(first, min(first + STRETCH, asked.inputs))
        for first in range(0, asked.inputs, STRETCH)
    ]
    found = merged(in_processes(stretches, asked.seed, asked.processes))
    result = {
        **head,
        "seconds": round(time.monotonic() - began),
        "inputs": sum(found.inputs.values()),
        "seed": asked.seed,
        "bounds": {"cpu_s": MOST_S, "bytes": MOST_BYTES},
        "found": asdict(found),
    }
    asked.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    show(found)
    sys.exit(bool(found.faults))


def merged(parts: list[Findings]) -> Findings:
    """Return the findings of several stretches as those of one."""
    whole = Findings()
    for part in parts:
        for name in part.inputs:
            whole.inputs[name] = whole.inputs.get(name, 0) + part.inputs[name]
            whole.refused[name] = whole.refused.get(name, 0) + part.refused[name]
            whole.cpu_s[name] = whole.cpu_s.get(name, 0.0) + part.cpu_s[name]
            whole.slowest_s[name] = max(whole.slowest_s.get(name, 0.0), part.slowest_s[name])
            whole.largest_bytes[name] = max(
                whole.largest_bytes.get(name, 0), part.largest_bytes[name]
            )
        for sentence, fault in part.faults.items():
            known = whole.faults.setdefault(sentence, {"count": 0, "first": fault["first"]})
            known["count"] += fault["count"]
    return whole


def show(found: Findings) -> None:
    """Print a line for each target and each fault."""
    for name, count in sorted(found.inputs.items()):
        print(
            f"{name:12} {count:7} inputs, {found.refused[name]:7} refused, "
            f"{1000 * found.cpu_s[name] / count:6.2f} ms each, slowest {found.slowest_s[name]:.3f} "
            f"s, most {found.largest_bytes[name] / 2**20:.1f} MiB"
        )
    for sentence, fault in sorted(found.faults.items()):
        print(f"FAULT {fault['count']:6} x (first: --only {fault['first']}) {sentence}")
    print(f"{sum(found.inputs.values())} inputs, {len(found.faults)} kinds of faults")


if __name__ == "__main__":
    main()
