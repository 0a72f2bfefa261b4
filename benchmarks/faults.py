"""Is anything measured lost, or read wrong? Kills, signals, full disks and flipped bits.

    python benchmarks/faults.py                 # 200 kills, 20 + 20 signals, 20 full disks, flips
    python benchmarks/faults.py --quick         # a tenth of it

Runs are killed in chains: the resumption of one kill is the victim of the next, and the last
one of a chain goes on to its end, which must have the cells of a run that nobody touched.
After each kill every file must be readable, no process may be left over, and what was
measured but is not on disk must be less than a round or 15 s. A bit that is flipped in a file
must be noticed when it is read, or make no difference to what is read.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pyarrow.parquet as pq
from evidence import evidence

from xlbench.errors import UserError
from xlbench.results.parts import FLUSH_S
from xlbench.results.result import read_result
from xlbench.results.tables import read_table

RUN = shlex.split(
    "run --ckpt base --tasks xnli,panx --langs en,de,sw --threads 1 --budget 2s --seed 3"
)
CHAIN = 5
"""Kills before a run may end."""

TAG = "XLBENCH_FAULTS"
VICTIMS = ("controller", "worker", "group")
MOMENTS = ("any", "after-a-part", "in-a-flush", "in-a-compaction")
SHARES = (0.3, 0.4, 0.2, 0.1)


@dataclass
class Outcome:
    """What one blow did.

    Attributes:
        victim, moment: whom it hit and when.
        hit: whether the run was still there.
        lost_s: from the last visit on disk to the blow; ``None``: nothing was on disk yet.
        wrong: what should not be, in words.
    """

    victim: str
    moment: str
    hit: bool = False
    lost_s: float | None = None
    returned: int | None = None
    wrong: list[str] = field(default_factory=list)


class Run:
    """A run of xlbench with a mark in its environment, by which all its processes are known."""

    def __init__(self, folder: Path, resume: bool, tag: str, limit_bytes: int | None = None):
        words = [*RUN, "--out", str(folder)] if not resume else ["run", "--resume"]
        if resume:
            words += ["--out", str(folder)]
        self._log = tempfile.TemporaryFile()  # noqa: SIM115
        # Other campaigns on this machine have runs of the same numbers, which are not to be hit.
        self.tag = tag = f"{os.getpid()}.{tag}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "xlbench", *words],
            env={**os.environ, TAG: tag},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
            preexec_fn=lambda: _begin(limit_bytes),
        )

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def children(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def wait(self, timeout_s: float) -> int | None:
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def said(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def left_over(self) -> list[int]:
        """Processes of this run that still live, five seconds after it ended at most."""
        deadline = time.monotonic() + 5
        while True:
            found = list(_tagged(self.tag))
            if not found or time.monotonic() > deadline:
                return found
            time.sleep(0.1)


def _begin(limit_bytes: int | None) -> None:
    # Where the campaign runs in the background, it was started with interrupts ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if limit_bytes is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))


def _tagged(tag: str) -> Iterator[int]:
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get(TAG) == tag:
                yield process.pid
        except psutil.Error:
            continue


def chain(number: int, seed: int, root: Path, kills: int) -> list[Outcome]:
    """Kill one run and its resumptions; the last resumption must end like any run."""
    rng = random.Random(f"{seed}/{number}")
    folder = root / f"chain-{number}"
    outcomes: list[Outcome] = []
    for index in range(kills):
        run = Run(folder, folder.exists() and (folder / "run.json").exists(), f"{number}.{index}")
        outcome = Outcome(rng.choice(VICTIMS), rng.choices(MOMENTS, SHARES)[0])
        outcome.hit = _wait_for(outcome.moment, run, folder, rng)
        blow = time.time()
        _kill(outcome.victim, run, rng)
        outcome.returned = run.wait(120 if outcome.victim == "worker" else 30)
        if outcome.returned is None:
            outcome.wrong.append("did not end")
            run.process.kill()
        _examine(outcome, run, folder, blow if outcome.victim != "worker" else None)
        outcomes.append(outcome)
        if outcome.victim == "worker" and outcome.hit and outcome.returned not in (0, 3):
            outcome.wrong.append(f"a worker's death ended the run with {outcome.returned}")
    last = Run(folder, (folder / "run.json").exists(), f"{number}.last")
    code = last.wait(300)
    if code not in (0, 3):
        outcomes[-1].wrong.append(f"--resume ended with {code}: {last.said()[-300:]}")
    outcomes[-1].wrong += _unlike_whole(folder)
    shutil.rmtree(folder, ignore_errors=True)
    return outcomes


def signals(number: int, seed: int, root: Path, kind: str) -> Outcome:
    """Two quick Ctrl-C, or one SIGTERM: what was measured is kept, and the run says so."""
    rng = random.Random(f"{seed}/{kind}/{number}")
    folder = root / f"{kind}-{number}"
    run = Run(folder, False, f"{kind}.{number}")
    outcome = Outcome("controller", rng.choice(("any", "after-a-part")))
    outcome.hit = _wait_for(outcome.moment, run, folder, rng)
    blow = time.time()
    if kind == "two-interrupts":
        run.process.send_signal(signal.SIGINT)
        time.sleep(rng.choice((0.0, 0.005, 0.02, 0.1, 0.3)))
        run.process.send_signal(signal.SIGINT)
    else:
        run.process.send_signal(signal.SIGTERM)
    outcome.returned = run.wait(60)
    if outcome.returned is None:
        outcome.wrong.append("did not end")
        run.process.kill()
    elif outcome.hit and (folder / "run.json").exists() and outcome.returned != 130:
        outcome.wrong.append(f"ended with {outcome.returned}, not 130: {run.said()[-200:]}")
    _examine(outcome, run, folder, blow)
    if (folder / "run.json").exists():
        last = Run(folder, True, f"{kind}.{number}.last")
        if last.wait(300) not in (0, 3):
            outcome.wrong.append(f"--resume failed: {last.said()[-300:]}")
        outcome.wrong += _unlike_whole(folder)
    shutil.rmtree(folder, ignore_errors=True)
    return outcome


def full_disk(number: int, seed: int, root: Path) -> Outcome:
    """No file may grow past a random size: one line, exit 2, and what could be kept is."""
    rng = random.Random(f"{seed}/disk/{number}")
    folder = root / f"disk-{number}"
    most = int(2 ** rng.uniform(8, 16))
    run = Run(folder, False, f"disk.{number}", limit_bytes=most)
    outcome = Outcome("disk", f"files of at most {most} bytes", hit=True)
    outcome.returned = run.wait(180)
    said = run.said()
    if outcome.returned is None:
        run.process.kill()
        outcome.wrong.append("did not end")
    elif outcome.returned not in (0, 2):
        outcome.wrong.append(f"ended with {outcome.returned}: {said[-300:]}")
    if "Traceback" in said:
        outcome.wrong.append(f"a traceback: {said[-300:]}")
    _examine(outcome, run, folder, None)
    shutil.rmtree(folder, ignore_errors=True)
    return outcome


def _wait_for(moment: str, run: Run, folder: Path, rng: random.Random) -> bool:
    """Wait for a moment of a run; ``False``: it ended before."""

    def until(seen: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + 60
        while run.alive and time.monotonic() < deadline:
            if seen():
                return True
            time.sleep(0.0005)
        return run.alive

    def writing(table_part: str) -> Callable[[], bool]:
        return lambda: any(folder.glob(table_part))

    if moment == "any":
        end = time.monotonic() + rng.uniform(0.1, 9)
        return until(lambda: time.monotonic() >= end)
    before = len(list(folder.glob("visits/part-*.parquet")))
    if not until(lambda: len(list(folder.glob("visits/part-*.parquet"))) > before):
        return False
    if moment == "after-a-part":
        end = time.monotonic() + rng.uniform(0, 2)
        return until(lambda: time.monotonic() >= end)
    if moment == "in-a-flush":
        return until(writing("*/.*tmp*"))
    return until(writing("visits/part-*-*.parquet")) or run.alive


def _kill(victim: str, run: Run, rng: random.Random) -> None:
    children = run.children()
    if victim == "worker":
        targets = [rng.choice(children).pid] if children else []
    elif victim == "controller":
        targets = [run.process.pid]
    else:
        targets = [run.process.pid, *(child.pid for child in children)]
    for pid in targets:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _examine(outcome: Outcome, run: Run, folder: Path, blow: float | None) -> None:
    """Look at what a blow left: processes, files, and what is missing on disk."""
    left = run.left_over()
    if left:
        outcome.wrong.append(f"left over: {len(left)} processes")
        for pid in left:
            os.kill(pid, signal.SIGKILL)
    if not (folder / "run.json").exists():
        return
    last = 0.0
    for path in sorted(folder.rglob("*.parquet")):
        if path.name.startswith("."):
            continue
        try:
            read_table(path, path.parent.name if path.parent != folder else "cells")
        except UserError as error:
            outcome.wrong.append(f"unreadable: {error}")
    try:
        json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except ValueError as error:
        outcome.wrong.append(f"run.json: {error}")
    for path in folder.glob("visits/part-*.parquet"):
        for row in pq.read_table(path, columns=["started_unix_ns", "spent_ns"]).to_pylist():
            last = max(last, (row["started_unix_ns"] + (row["spent_ns"] or 0)) / 1e9)
    if last and blow is not None and outcome.hit:
        outcome.lost_s = max(0.0, blow - last)
        if outcome.lost_s > FLUSH_S + 10:
            outcome.wrong.append(f"{outcome.lost_s:.1f} s of measuring are lost")


def _unlike_whole(folder: Path) -> list[str]:
    """Compare the cells with those that the arguments ask for."""
    try:
        result = read_result(folder)
    except UserError as error:
        return [f"the result can't be read: {error}"]
    expected = {
        (task, language, scenario)
        for task in ("xnli", "panx")
        for language in ("en", "de", "sw")
        for scenario in ("single-stream", "offline")
    }
    found = [(row["task"], row["language"], row["scenario"]) for row in result.cells]
    wrong = []
    if sorted(found) != sorted(expected):
        wrong.append(f"other cells: {sorted(set(found) ^ expected)}")
    states = Counter(row["status"] for row in result.cells)
    if states["pending"]:
        wrong.append(f"{states['pending']} cells pending after --resume")
    visits = Counter(row["visit"] for row in result.visits if row["status"] == "ok")
    if any(count > 1 for count in visits.values()):
        wrong.append("a visit stands twice")
    sampled = set(result.samples["visit"].astype(int).tolist())
    without = [visit for visit in visits if visit not in sampled]
    if without:
        wrong.append(f"{len(without)} visits without their samples")
    return wrong


def flips(seed: int, count: int, root: Path) -> dict[str, dict[str, int]]:
    """Flip single bits of each table's file: noticed, without effect, or read as other values."""
    folder = root / "flips"
    Run(folder, False, "flips").wait(300)
    found = {}
    for table in ("samples", "visits", "predictions", "cells"):
        path = (
            folder / "cells.parquet"
            if table == "cells"
            else next((folder / table).glob("part-*.parquet"))
        )
        whole, original = path.read_bytes(), read_table(path, table)
        rng = random.Random(f"{seed}/{table}")
        counts = Counter[str]()
        for _ in range(count):
            damaged = bytearray(whole)
            damaged[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
            path.write_bytes(damaged)
            try:
                same = read_table(path, table).equals(original)
            except UserError:
                counts["noticed"] += 1
            else:
                counts["without effect" if same else "read as other values"] += 1
        path.write_bytes(whole)
        found[table] = dict(counts)
    shutil.rmtree(folder)
    return found


def _side_by_side(jobs: list[Callable[[], Any]], workers: int) -> list[Any]:
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda job: job(), jobs))


def main() -> int:
    """Run the campaign, print what went wrong, write the counts; 1: something did."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="a tenth of everything")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--signals", type=int, default=20, help="of each kind")
    options.add_argument("--disks", type=int, default=20)
    options.add_argument("--flips", type=int, default=3000, help="of each table")
    options.add_argument("--side-by-side", type=int, default=2, help="runs at a time")
    options.add_argument("--json", type=Path, help="where the counts are written")
    asked = options.parse_args()
    share = 10 if asked.quick else 1
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="xlbench-faults-") as name:
        root, seed = Path(name), asked.seed
        kills = asked.kills // share
        chains = [
            (lambda n=n: chain(n, seed, root, min(CHAIN, kills - n * CHAIN)))
            for n in range(-(-kills // CHAIN))
        ]
        outcomes = {
            "kills": [o for part in _side_by_side(chains, asked.side_by_side) for o in part]
        }
        for kind in ("two-interrupts", "terminations"):
            jobs = [
                (lambda n=n, kind=kind: signals(n, seed, root, kind))
                for n in range(asked.signals // share)
            ]
            outcomes[kind] = _side_by_side(jobs, asked.side_by_side)
        jobs = [(lambda n=n: full_disk(n, seed, root)) for n in range(asked.disks // share)]
        outcomes["full disks"] = _side_by_side(jobs, asked.side_by_side)
        flipped = flips(seed, asked.flips // share, root)
    report = {**evidence(), "seconds": round(time.monotonic() - began)}
    for kind, all_of_kind in outcomes.items():
        lost = [o.lost_s for o in all_of_kind if o.lost_s is not None]
        report[kind] = {
            "tried": len(all_of_kind),
            "while it ran": sum(o.hit for o in all_of_kind),
            "by victim": dict(Counter(o.victim for o in all_of_kind if o.hit)),
            "by moment": dict(Counter(o.moment for o in all_of_kind if o.hit))
            if kind != "full disks"
            else None,
            "exit codes": dict(Counter(str(o.returned) for o in all_of_kind)),
            "most seconds lost": round(max(lost), 1) if lost else None,
            "wrong": [f"{o.victim} {o.moment}: {w}" for o in all_of_kind for w in o.wrong],
        }
    report["single-bit flips"] = flipped
    text = json.dumps(report, indent=1)
    print(text)
    if asked.json is not None:
        asked.json.write_text(text + "\n", encoding="utf-8")
    unnoticed = sum(found.get("read as other values", 0) for found in flipped.values())
    wrong = sum(len(report[kind]["wrong"]) for kind in outcomes)
    return 1 if wrong or unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
