"""Are the verdicts of a comparison the same over Ray as without?

    python benchmarks/scale_verdicts.py --part local --state verdicts.json
    python benchmarks/scale_verdicts.py --part ray --state verdicts.json --out RESULT.json

Twelve layers against thirteen, and a model against itself, ten times each: on this machine and on a
Ray cluster of one simulated node with one processor. What one part found is kept in ``--state``.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from evidence import evidence
from small_model import make_checkpoint

import xlbench
from xlbench.arm_options import Options

LAYERS = {"twelve": 12, "thirteen": 13}
CASES = {"one layer more": ("twelve", "thirteen"), "A/A": ("twelve", "twelve")}


@contextmanager
def cluster(part: str) -> Iterator[dict[str, Any]]:
    """Yield what is asked of ``compare`` beyond the arms."""
    if part == "local":
        yield {}
        return
    from ray.cluster_utils import Cluster

    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    made.add_node(num_cpus=1)
    made.wait_for_nodes()
    try:
        yield {"engine": "ray", "address": made.address}
    finally:
        made.shutdown()


def compared(models: Path, pair: tuple[str, str], seed: int, budget_s: float, how: Any) -> Any:
    with tempfile.TemporaryDirectory() as out:
        began = time.monotonic()
        found = xlbench.compare(
            str(models / pair[0]),
            str(models / pair[1]),
            tasks=["xnli"],
            langs=["en", "sw"],
            scenarios=["offline"],
            options=Options(device="cpu"),
            budget_s=budget_s,
            seed=seed,
            out=Path(out) / "out",
            **how,
        )
        whole = {name: one.verdict for name, one in found.overall.items()}
        cells = [cell.main.verdict for cell in found.cells]
        return {
            "seed": seed,
            "whole": whole,
            "cells": cells,
            "wall_s": round(time.monotonic() - began, 1),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=("local", "ray"), required=True)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--budget", type=float, default=40.0)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--out", type=Path, help="write both parts there as JSON")
    arguments = parser.parse_args()
    state = json.loads(arguments.state.read_text()) if arguments.state.exists() else {}
    own = state.setdefault(arguments.part, {name: [] for name in CASES})
    with tempfile.TemporaryDirectory() as folder, cluster(arguments.part) as how:
        models = Path(folder)
        for name, layers in LAYERS.items():
            make_checkpoint(models / name, layers=layers)
        for seed in range(arguments.times):
            for name, pair in CASES.items():
                if len(own[name]) > seed:
                    continue
                own[name].append(compared(models, pair, seed, arguments.budget, how))
                print(arguments.part, name, own[name][-1], flush=True)
                arguments.state.write_text(json.dumps(state, indent=1))
    summary = {
        part: {
            name: {
                "comparisons": len(rows),
                "cells": dict(Counter(v for row in rows for v in row["cells"])),
                "whole": dict(Counter(v for row in rows for v in row["whole"].values())),
                "wall_s": [row["wall_s"] for row in rows],
            }
            for name, rows in cases.items()
        }
        for part, cases in state.items()
    }
    print(json.dumps(summary, indent=1))
    if arguments.out:
        arguments.out.write_text(json.dumps({**evidence(), **summary}, indent=1) + "\n")


if __name__ == "__main__":
    main()
