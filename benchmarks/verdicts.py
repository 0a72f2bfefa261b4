"""Are the verdicts right? On simulated noise with known truth, and live on this machine.

    python benchmarks/verdicts.py                    # simulated; about 40 min on one core
    python benchmarks/verdicts.py --comparisons 50   # a quick look
    python benchmarks/verdicts.py --cells 1 --most 40  # one cell, 36 looks at it; about 10 min
    python benchmarks/verdicts.py --live             # 150 comparisons; about 75 min
    python benchmarks/verdicts.py --live --hog --blocks 10

Simulated: comparisons of 40 cells at the default settings (at least 5 pairs of processes,
margin 2 %), with the stopping rule of ``xlbench compare``. Live: ``xlbench compare`` itself, on
a small model against itself and against models with a wider feed-forward layer, whose true
ratio is worked out from all comparisons pooled; with ``--hog`` beside a process that takes the
same processor at random. The peers' methods are given the same simulated noise, and live the
latencies of sequential runs that take as long as the comparisons.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Self

import numpy as np
from evidence import evidence
from live_arms import UNITS, Workers, latencies
from noise_models import SCENARIOS, Noise, Truth, samples
from peer_methods import bootstrap_with_noise_threshold, fixed_threshold, welch_on_means
from small_model import WIDTHS, make_checkpoints

from xlbench.cell import Cell
from xlbench.judge.paired import undecided
from xlbench.stats.effects import Effect, effects, overall
from xlbench.stats.observations import Observations
from xlbench.stats.verdicts import ALPHA, exceeds, verdicts
from xlbench.workers.fork_server import ForkServer

MARGIN = 0.02
LEAST = 5
SAMPLES = 30
RATIOS = (1.0, 1.04)
PEERS = ("welch_on_means", "fixed_threshold", "bootstrap_with_noise_threshold")


def simulated(
    noise: Noise, ratio: float, comparisons: int, cells: int, most: int, seed: int
) -> dict[str, Any]:
    """Return the rates of one scenario at one true ratio."""
    rng = np.random.default_rng([seed, round(ratio * 1000)])
    truth = Truth(ratio, cells)
    right = _region(ratio)
    covered = overall_covered = wrong = false_equivalent = 0
    intervals = 0
    claims: Counter[str] = Counter()
    pairs: list[int] = []
    peers: dict[str, Counter[str]] = {name: Counter() for name in PEERS}
    alarms: Counter[str] = Counter()
    for _ in range(comparisons):
        a, b = samples(rng, noise, truth, most, SAMPLES, interleaved=True)
        values = np.median(np.log(b / a), axis=2)
        table, used = _measured(values)
        found = effects(table)
        made = verdicts(found, MARGIN, ALPHA)
        pairs.append(used)
        for effect in found:
            if effect is not None:
                lo, hi = effect.interval()
                covered += lo <= math.log(ratio) <= hi
                intervals += 1
        mean = overall(table)
        if mean is not None:
            lo, hi = mean.interval()
            overall_covered += lo <= math.log(ratio) <= hi
        claims.update(made)
        wrong += any(claim not in (right, "inconclusive") for claim in made)
        false_equivalent += any(claim == "equivalent" for claim in made)
        sequential = samples(rng, noise, truth, used, SAMPLES, interleaved=False)
        said = _peers_say(*sequential, rng)
        for name, verdict in said.items():
            peers[name].update(verdict)
            alarms[name] += any(v != "no difference" for v in verdict)
    n = comparisons
    return {
        "noise": noise.name,
        "true_ratio": ratio,
        "comparisons": n,
        "cells": cells,
        "most": most,
        "coverage_cells": covered / intervals,
        "coverage_overall": overall_covered / n,
        "comparisons_with_a_wrong_verdict": wrong / n,
        "comparisons_with_an_equivalent_cell": false_equivalent / n,
        "verdicts": {k: v / n / truth.cells for k, v in claims.items()},
        "pairs_of_processes": float(np.mean(pairs)),
        "peers": {
            name: {
                "comparisons_with_an_alarm": alarms[name] / n,
                "verdicts": {k: v / n / truth.cells for k, v in peers[name].items()},
            }
            for name in PEERS
        },
    }


def _measured(values: np.ndarray) -> tuple[np.ndarray, int]:
    """Stop as ``compare.controller`` does: each look after a pair; decided cells are left alone."""
    cells = [Cell("xnli", f"{i:02d}", "single-stream") for i in range(values.shape[1])]
    seen = Observations()
    going = set(cells)
    for pair in range(len(values)):
        if pair >= LEAST:
            going = undecided(seen, cells, MARGIN)
            if not going:
                return seen.table("latency_p50", cells), pair
        for i, cell in enumerate(cells):
            if cell in going:
                seen.add("latency_p50", cell, pair, float(values[pair, i]))
    return seen.table("latency_p50", cells), len(values)


def _region(ratio: float) -> str:
    if abs(math.log(ratio)) <= math.log1p(MARGIN):
        return "equivalent"
    return "slower" if ratio > 1 else "faster"


def _peers_say(a: np.ndarray, b: np.ndarray, rng: np.random.Generator) -> dict[str, list[str]]:
    cells = range(a.shape[1])
    # pyperf's values are means over many loops in many processes; criterion's come from one.
    return {
        "welch_on_means": [welch_on_means(a[:, c], b[:, c]) for c in cells],
        "fixed_threshold": [fixed_threshold(a[:, c], b[:, c]) for c in cells],
        "bootstrap_with_noise_threshold": [
            bootstrap_with_noise_threshold(a[0, c], b[0, c], rng, resamples=200) for c in cells
        ],
    }


BLOCK = ("base", "base", "plus3", "plus5", "plus10")


def live(
    blocks: int, minutes: float, budget: str, cpus: str, hog: bool, out: Path | None
) -> dict[str, Any]:
    """Run blocks of comparisons, each in random order; keep each as it comes."""
    records: list[dict[str, Any]] = []
    end = time.monotonic() + minutes * 60
    shuffle = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        make_checkpoints(Path(folder))
        with Sequential(Path(folder), cpus) as sequential:
            for _ in range(blocks):
                mine = []
                for other in shuffle.sample(BLOCK, len(BLOCK)):
                    if hog and other != "base":
                        continue
                    if time.monotonic() >= end:
                        return summary(records)
                    with beside(cpus) if hog else nullcontext():
                        mine.append(one(Path(folder), other, budget, cpus, len(records + mine)))
                    print(json.dumps(mine[-1]), file=sys.stderr, flush=True)
                with beside(cpus) if hog else nullcontext():
                    sequential.judge(mine)
                records += mine
                if out is not None:
                    out.write_text(json.dumps(summary(records), indent=1) + "\n", "utf-8")
    return summary(records)


def one(folder: Path, other: str, budget: str, cpus: str, number: int) -> dict[str, Any]:
    """Run one comparison and return what it said."""
    result = folder / f"result-{number}"
    command = [
        sys.executable,
        "-m",
        "xlbench",
        "compare",
        str(folder / "base"),
        str(folder / other),
        "--tasks",
        "xnli",
        "--langs",
        "en",
        "--scenario",
        "single-stream",
        "--cpus",
        cpus,
        "--budget",
        budget,
        "--seed",
        str(number),
        "--json",
        "--out",
        str(result),
    ]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr}")
    took = time.monotonic() - began
    found = json.loads(done.stdout)
    shutil.rmtree(result)
    return {
        "other": other,
        "wall_s": round(took, 1),
        **found["cells"][0]["quantities"]["latency_p50"],
        "ended_by": found["notes"][0].rpartition(" ")[2],
    }


HOG = """
import os, random, sys, time
os.sched_setaffinity(0, {int(sys.argv[1].split(",")[0])})
while True:
    end = time.monotonic() + random.uniform(0.1, 2.0)
    while time.monotonic() < end:
        pass
    time.sleep(random.uniform(0.1, 2.0))
"""


@contextmanager
def beside(cpus: str) -> Iterator[None]:
    """Keep a process running that takes the same processor at random."""
    hog = subprocess.Popen([sys.executable, "-c", HOG, cpus])
    try:
        yield
    finally:
        hog.kill()
        hog.wait()


class Sequential:
    """Runs of one arm after the other, as whoever has no pairs measures, and what peers say.

    The runs of a block follow each other: base, a slower one, base, the next slower one, and
    so on, so that each slower one is held against the base run right before it, and each base
    run against the base run before. A run is five processes on the same processor and the same
    inputs as the comparisons, warm, and takes half as long as the comparisons did in the
    mean; the imports, which the fork server of these runs has made once and for all, aside.
    """

    PROCESSES = 5

    def __init__(self, folder: Path, cpus: str) -> None:
        self._folder = folder
        self._cpus = tuple(int(cpu) for cpu in cpus.split(","))
        self._workers = Workers([folder / name for name in WIDTHS], len(self._cpus))
        self._fork_server = ForkServer(self._workers.arms[folder / "base"].process.launch)
        self._imports_s = 0.0
        for arm in self._workers.arms.values():
            arm.process.fork_server = self._fork_server

    def __enter__(self) -> Self:
        began = time.monotonic()
        self._fork_server.renew()
        self._imports_s = time.monotonic() - began
        return self

    def __exit__(self, *_: object) -> None:
        self._workers.stop()
        self._fork_server.close()

    def judge(self, records: list[dict[str, Any]]) -> None:
        """Make the runs for a block of comparisons; add what the peers say to its records."""
        seconds = (float(np.mean([r["wall_s"] for r in records])) - self._imports_s) / 2
        base = self._run("base", seconds)
        slower = [r for r in records if r["other"] != "base"]
        for same in (r for r in records if r["other"] == "base"):
            if slower:
                self._hold(slower.pop(0), base, seconds)
            base = self._hold(same, base, seconds)
        for record in slower:
            self._hold(record, base, seconds)

    def _hold(self, record: dict[str, Any], base: np.ndarray, seconds: float) -> np.ndarray:
        run = self._run(record["other"], seconds)
        record["peers"] = _peers_on_runs(base, run)
        record["sequential_run_s"] = round(seconds, 1)
        return run

    def _run(self, name: str, seconds: float) -> np.ndarray:
        """Return the latencies of a run, ``(processes, values)``."""
        values: list[np.ndarray] = []
        began = time.monotonic()
        for process in range(1, self.PROCESSES + 1):
            arm = self._workers.warm(self._folder / name, self._cpus)
            mine = [latencies(arm, range(UNITS))]
            while time.monotonic() - began < seconds * process / self.PROCESSES:
                mine.append(latencies(arm, range(UNITS)))
            values.append(np.concatenate(mine))
            arm.stop()
        fewest = min(map(len, values))
        return np.array([mine[:fewest] for mine in values])


def _peers_on_runs(a: np.ndarray, b: np.ndarray) -> dict[str, str]:
    """Give each of the peers' methods all latencies of the two runs."""
    n = min(a.shape[1], b.shape[1])
    a, b = a[:, :n], b[:, :n]
    whole_a, whole_b = a.reshape(1, -1), b.reshape(1, -1)
    rng = np.random.default_rng(0)
    return {
        "welch_on_means": welch_on_means(a, b),
        "fixed_threshold": fixed_threshold(whole_a, whole_b),
        "bootstrap_with_noise_threshold": bootstrap_with_noise_threshold(
            whole_a[0], whole_b[0], rng
        ),
    }


def summary(records: list[dict[str, Any]]) -> dict[str, Any]:
    """Return counts of verdicts, of gate decisions at 2 %, and of the peers' verdicts."""
    groups = {}
    for other in dict.fromkeys(r["other"] for r in records):
        mine = [r for r in records if r["other"] == other]
        values = np.array([r["log_ratio"] for r in mine])
        found = [Effect(r["log_ratio"], r["log_ratio_se"], r["df"], r["processes"]) for r in mine]
        groups[other] = {
            "comparisons": len(mine),
            "true_ratio_pooled": float(np.exp(values.mean())),
            "ratio_of_each": [round(r["ratio"], 4) for r in mine],
            "sd_between_comparisons": float(values.std(ddof=1)) if len(mine) > 1 else None,
            "mean_se_claimed": float(np.mean([r["log_ratio_se"] for r in mine])),
            "intervals_that_cover_the_pooled": sum(
                r["ratio_lo"] <= float(np.exp(values.mean())) <= r["ratio_hi"] for r in mine
            ),
            "verdicts": Counter(verdicts([e], MARGIN, ALPHA)[0] for e in found),
            "gate_max_drift_2%": Counter(
                {True: "fail", False: "pass", None: "inconclusive"}[exceeds([e], 0.02, ALPHA)[0]]
                for e in found
            ),
            "ended_by": Counter(r["ended_by"] for r in mine),
            "peers": {name: Counter(r["peers"][name] for r in mine) for name in PEERS},
            "median_wall_s": float(np.median([r["wall_s"] for r in mine])),
            "median_pairs_of_processes": float(np.median([r["processes"] for r in mine])),
        }
    return {"groups": groups, "comparisons": records}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--live", action="store_true")
    parser.add_argument("--hog", action="store_true", help="live: beside a CPU hog, A/A only")
    parser.add_argument("--blocks", type=int, default=30, help="live: of 2 A/A, 3, 5 and 10 %%")
    parser.add_argument("--minutes", type=float, default=150.0, help="live: at most")
    parser.add_argument("--budget", default="30s", help="live: of each comparison")
    parser.add_argument("--cpus", default="0", help="live: processor of both arms")
    parser.add_argument("--comparisons", type=int, default=1000, help="simulated, per scenario")
    parser.add_argument("--cells", type=int, default=40, help="simulated, per comparison")
    parser.add_argument("--most", type=int, default=10, help="simulated: pairs of processes")
    parser.add_argument("--part", default="0/1", help="simulated: I/N, every Nth scenario")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    head = {**evidence(), "margin": MARGIN, "alpha": ALPHA}
    if given.live:
        result = live(given.blocks, given.minutes, given.budget, given.cpus, given.hog, given.out)
    else:
        index, of = map(int, given.part.split("/"))
        todo = [(noise, ratio) for ratio in RATIOS for noise in SCENARIOS][index::of]
        rows = []
        for noise, ratio in todo:
            rows.append(simulated(noise, ratio, given.comparisons, given.cells, given.most, 0))
            print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
        result = {"simulated": rows}
    text = json.dumps(head | result, indent=1)
    if given.out is not None:
        given.out.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
