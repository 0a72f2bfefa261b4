"""What does a process carry for its whole life, and which starts and places of it do?

    python benchmarks/process_effect.py              # about 10 min

Pairs of processes of a small model and a slower one take turns, as ``xlbench compare`` has
them. Each pair gives one log ratio. What these scatter beyond what the turns within a pair
explain is carried by the processes. Three kinds of pairs, in random order within each round:
forked from a server (a new one in each round, several pairs of each) and fresh programs,
both pinned to one processor, and fresh programs free to be scheduled anywhere. For the forked
ones a nested analysis of variance (Snedecor and Cochran 1967, Statistical Methods, section
10.12) splits off what a server gives to all its forks alike.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from evidence import evidence
from live_arms import UNITS, Workers, latencies
from scipy import stats
from small_model import make_checkpoints

from xlbench.workers.fork_server import ForkServer

KINDS = ("forked, pinned", "fresh, pinned", "fresh, free")
Pair = tuple[float, float]
"""Log ratio of a pair of processes, and its standard error from the turns within."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--pairs", type=int, default=3, help="of each kind in a round")
    parser.add_argument("--seconds", type=float, default=3.0, help="of turns in a pair")
    parser.add_argument("--other", default="plus5", help="base, plus3, plus5 or plus10")
    parser.add_argument("--cpu", type=int, default=0)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    found: dict[str, list[list[Pair]]] = {kind: [] for kind in KINDS}
    draw = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        make_checkpoints(Path(folder))
        for _ in range(given.rounds):
            for kind in draw.sample(KINDS, len(KINDS)):
                found[kind].append(pairs(Path(folder), kind, given, draw))
                print(kind, found[kind][-1], file=sys.stderr, flush=True)
    result = evidence() | {
        "other": given.other,
        "seconds_of_turns": given.seconds,
        "kinds": {kind: summary(rounds) for kind, rounds in found.items()},
        "pairs": found,
    }
    text = json.dumps(result, indent=1)
    if given.out is not None:
        given.out.write_text(text + "\n", encoding="utf-8")
    print(text)


def pairs(folder: Path, kind: str, given: argparse.Namespace, draw: random.Random) -> list[Pair]:
    """Return what the pairs of one kind brought in one round."""
    folders = [folder / "base", folder / f"{given.other}"]
    found = []
    for number in range(given.pairs):
        workers = Workers(folders)
        if kind.startswith("forked"):
            if number == 0:
                fork_server = ForkServer(workers.arms[folders[0]].process.launch)
                fork_server.renew()
            for arm in workers.arms.values():
                arm.process.fork_server = fork_server
        for arm in workers.arms.values():
            arm.process.begin_start()
        cpus = None if kind.endswith("free") else (given.cpu,)
        both = [workers.warm(f, cpus) for f in folders]
        logs = []
        end = time.monotonic() + given.seconds
        while time.monotonic() < end:
            unit = draw.randrange(UNITS)
            order = draw.sample((0, 1), 2)
            took = {i: latencies(both[i], [unit])[0] for i in order}
            logs.append(math.log(took[1] / took[0]))
        workers.stop()
        rng = np.random.default_rng(number)
        again = np.median(rng.choice(logs, (400, len(logs))), axis=1)
        found.append((float(np.median(logs)), float(again.std())))
    if kind.startswith("forked"):
        fork_server.close()
    return found


def summary(rounds: list[list[Pair]]) -> dict[str, Any]:
    """Return what pairs scatter by, what their turns explain, and what a round adds."""
    values = np.array([[ratio for ratio, _ in pairs] for pairs in rounds])
    errors = np.array([[se for _, se in pairs] for pairs in rounds])
    groups, size = values.shape
    between = float(size * values.mean(axis=1).var(ddof=1))
    within = float(values.var(axis=1, ddof=1).mean())
    f = between / within
    dfs = groups - 1, groups * (size - 1)
    # The interval of the ratio of the components (Snedecor and Cochran, the same section).
    top = max(0.0, (f / stats.f.ppf(0.05, *dfs) - 1) / size)
    return {
        "pairs": values.size,
        "ratio": float(np.exp(values.mean())),
        "sd_of_pairs": math.sqrt(within),
        "se_within_a_pair": float(np.sqrt((errors**2).mean())),
        "carried_by_a_pair": math.sqrt(max(0.0, within - float((errors**2).mean()))),
        "carried_by_a_round": math.sqrt(max(0.0, (between - within) / size)),
        "carried_by_a_round_at_most_95": math.sqrt(top * within),
        "p_of_no_round_effect": float(stats.f.sf(f, *dfs)),
    }


if __name__ == "__main__":
    main()
