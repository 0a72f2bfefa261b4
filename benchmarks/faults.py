"""Is anything measured lost, or read wrong? Kills, signals, full disks and flipped bits.

    python benchmarks/faults.py                 # 200 kills, 20 + 20 signals, 20 full disks, flips
    python benchmarks/faults.py --quick         # a tenth of it
    python benchmarks/faults.py --log faults.jsonl --minutes 5    # in pieces: call it again

Runs are killed in chains: the resumption of one kill is the victim of the next, and the last
one of a chain goes on to its end, which must have the cells of a run that nobody touched.
After each kill every file must be readable, no process may be left over, and what was
measured but is not on disk must be less than a round or 15 s. A bit that is flipped in a file
must be noticed when it is read, or make no difference to what is read.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from blows.flips import flips
from blows.kinds import CHAIN, KINDS
from blows.outcome import Log, Outcome
from blows.victim import Victim
from evidence import evidence

JOBS = {
    "kills": 200 // CHAIN,
    "two interrupts": 20,
    "terminations": 20,
    "full disks": 20,
    "comparisons": 20,
}
FLIPS = 3000


def main() -> int:
    """Run the campaign, print what went wrong, write the counts; 1: something did, 2: not done."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="a tenth of everything")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--flips", type=int, default=FLIPS, help="of each table")
    options.add_argument("--side-by-side", type=int, default=2, help="runs at a time")
    options.add_argument("--log", type=Path, help="what is done; it is not done again")
    options.add_argument("--minutes", type=float, help="after these nothing new is begun")
    options.add_argument("--backwards", action="store_true", help="begin with the last jobs")
    options.add_argument("--only", help="kinds, with commas between")
    options.add_argument("--json", type=Path, help="where the counts are written")
    options.add_argument("--fresh", action="store_true", help="programs, not forks of one")
    asked = options.parse_args()
    Victim.fresh = asked.fresh
    share = 10 if asked.quick else 1
    kinds = asked.only.split(",") if asked.only else [*JOBS, "flips"]
    end = time.monotonic() + 60 * (asked.minutes or 1e6)
    with tempfile.TemporaryDirectory(prefix="xlbench-faults-") as name:
        root = Path(name)
        log = Log(asked.log or root / "log.jsonl")
        wanted = list(_jobs([kind for kind in kinds if kind in JOBS], share))
        if asked.backwards:
            wanted.reverse()
        with ThreadPoolExecutor(asked.side_by_side) as pool:
            list(pool.map(lambda job: _do(*job, asked.seed, root, log, end), wanted))
        open_jobs = [job for job in wanted if _name(*job) not in log.outcomes]
        flipped = flips(asked.seed, asked.flips // share, root) if "flips" in kinds else {}
    report = _report(log, flipped, len(open_jobs))
    text = json.dumps(report, indent=1)
    print(text)
    if asked.json is not None:
        asked.json.write_text(text + "\n", encoding="utf-8")
    unnoticed = sum(found["read as other values"] for found in flipped.values())
    if unnoticed or any(report[kind]["wrong"] for kind in JOBS):
        return 1
    return 2 if open_jobs else 0


def _jobs(kinds: list[str], share: int) -> Iterator[tuple[str, int]]:
    """Yield the jobs of all kinds, mixed, so that a piece of a campaign has some of each."""
    last = max(JOBS[kind] for kind in kinds) if kinds else 0
    for number in range(last):
        yield from ((kind, number) for kind in kinds if number < -(-JOBS[kind] // share))


def _name(kind: str, number: int) -> str:
    return f"{kind}.{number:03d}"


def _do(kind: str, number: int, seed: int, root: Path, log: Log, end: float) -> None:
    if _name(kind, number) not in log.outcomes and time.monotonic() < end:
        outcomes = KINDS[kind](number, seed, root)
        forked = not Victim.fresh
        log.add(_name(kind, number), [replace(each, forked=forked) for each in outcomes])


def _report(log: Log, flipped: dict[str, dict[str, int]], still_to_do: int) -> dict[str, Any]:
    told = {kind: _of_kind(log.of(kind), kind != "full disks") for kind in JOBS}
    return {
        **evidence(),
        "jobs still to be done": still_to_do,
        **told,
        "single-bit flips": flipped,
    }


def _of_kind(outcomes: list[Outcome], moments: bool) -> dict[str, Any]:
    lost = [each.lost_s for each in outcomes if each.lost_s is not None]
    hit = [each for each in outcomes if each.hit]
    return {
        "tried": len(outcomes),
        "of forked programs": sum(each.forked for each in outcomes),
        "while it ran": len(hit),
        "by victim": dict(Counter(each.victim for each in hit)),
        "by moment": dict(Counter(each.moment for each in hit)) if moments else None,
        "exit codes": dict(Counter(str(each.returned) for each in outcomes)),
        "after a first part": sum(each.parts > 0 for each in hit),
        "most seconds since the last flush": round(max(lost), 1) if lost else None,
        "wrong": [f"{o.victim} {o.moment}: {w}" for o in outcomes for w in o.wrong],
    }


if __name__ == "__main__":
    sys.exit(main())
