"""The kinds of blows. Each takes its number, from which all that is random follows."""

from __future__ import annotations

import random
import shlex
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

from blows.examine import examine, half_kept, parts, unlike_whole
from blows.outcome import Outcome
from blows.victim import Victim, run_words, send

RUN = shlex.split(
    "run --ckpt base --tasks xnli --langs en,sw --limit 8 --threads 1 --budget 1s --seed 3"
)
COMPARE = shlex.split("compare base stilts --tasks panx --threads 1 --budget 200s --seed 3")
CHAIN = 5
"""Kills before a run may end."""

VICTIMS = ("controller", "worker", "group")
WEIGHTS = (0.4, 0.2, 0.4)
MOMENTS = ("any", "after-a-part", "in-a-flush", "in-a-compaction")
SHARES = (0.2, 0.4, 0.25, 0.15)


def kills(number: int, seed: int, root: Path) -> list[Outcome]:
    """Kill a run and its resumptions; the last resumption must end like any run."""
    rng = random.Random(f"{seed}/{number}")
    folder = root / f"chain-{number}"
    outcomes: list[Outcome] = []
    for _ in range(CHAIN):
        victim = Victim(run_words(folder, RUN))
        whom, moment = rng.choices(VICTIMS, WEIGHTS)[0], rng.choices(MOMENTS, SHARES)[0]
        outcome = Outcome(whom, moment)
        outcome.hit = _wait_for(outcome.moment, victim, folder, rng)
        outcome.parts = parts(folder)
        blow = time.time()
        _kill(outcome.victim, victim, rng)
        of_worker = outcome.victim == "worker"
        _end(outcome, victim, 300 if of_worker else 120)
        examine(outcome, victim, folder, None if of_worker else blow)
        if of_worker and outcome.hit and outcome.returned not in (0, 3):
            outcome.wrong.append(f"a worker's death ended the run with {outcome.returned}")
        outcomes.append(outcome)
        if outcome.returned in (0, 3):
            # It came to its end: the next one is a new run, with everything still to lose.
            outcome.wrong += unlike_whole(folder)
            shutil.rmtree(folder)
    outcomes[-1].wrong += _gone_on_with(folder)
    shutil.rmtree(folder, ignore_errors=True)
    return outcomes


def two_interrupts(number: int, seed: int, root: Path) -> list[Outcome]:
    """Two quick Ctrl-C: the second must not cost what the first keeps."""
    rng = random.Random(f"{seed}/interrupts/{number}")

    def strike(victim: Victim) -> None:
        victim.send(signal.SIGINT)
        time.sleep(rng.choice((0.0, 0.005, 0.02, 0.1, 0.3)))
        victim.send(signal.SIGINT)

    return [_signalled(f"interrupts-{number}", root, rng, strike)]


def terminations(number: int, seed: int, root: Path) -> list[Outcome]:
    """One SIGTERM."""
    rng = random.Random(f"{seed}/terminations/{number}")
    strike: Callable[[Victim], None] = lambda victim: victim.send(signal.SIGTERM)  # noqa: E731
    return [_signalled(f"terminations-{number}", root, rng, strike)]


def full_disks(number: int, seed: int, root: Path) -> list[Outcome]:
    """No file may grow past a random size: one line, exit 2, and what could be kept is."""
    rng = random.Random(f"{seed}/disk/{number}")
    folder = root / f"disk-{number}"
    most = int(2 ** rng.uniform(8, 16))
    victim = Victim(run_words(folder, RUN), limit_bytes=most)
    outcome = Outcome("disk", f"files of at most {most} bytes", hit=True)
    _end(outcome, victim, 600)
    said = victim.said()
    if outcome.returned not in (0, 2, None):
        outcome.wrong.append(f"ended with {outcome.returned}: {said[-300:]}")
    if "Traceback" in said:
        outcome.wrong.append(f"a traceback: {said[-300:]}")
    examine(outcome, victim, folder, None)
    shutil.rmtree(folder, ignore_errors=True)
    return [outcome]


def comparisons(number: int, seed: int, root: Path) -> list[Outcome]:
    """Kill or interrupt a comparison, which can't be gone on with; what it measured is there."""
    rng = random.Random(f"{seed}/compare/{number}")
    folder = root / f"compare-{number}"
    victim = Victim(run_words(folder, COMPARE))
    outcome = Outcome(rng.choice(("controller", "group", "interrupt")), "any")
    end = time.monotonic() + rng.uniform(6, 60)
    while victim.alive and time.monotonic() < end:
        time.sleep(0.01)
    outcome.hit, outcome.parts, blow = victim.alive, parts(folder), time.time()
    if outcome.victim == "interrupt":
        victim.send(signal.SIGINT)
    else:
        _kill(outcome.victim, victim, rng)
    _end(outcome, victim, 180)
    if outcome.victim == "interrupt" and outcome.hit and outcome.returned != 130:
        outcome.wrong.append(f"ended with {outcome.returned}: {victim.said()[-300:]}")
    examine(outcome, victim, folder, blow)
    if (folder / "run.json").exists():
        outcome.wrong += half_kept(folder)
    shutil.rmtree(folder, ignore_errors=True)
    return [outcome]


def _signalled(
    name: str, root: Path, rng: random.Random, strike: Callable[[Victim], None]
) -> Outcome:
    """What was measured is kept, and the run says so and can be gone on with."""
    folder = root / name
    victim = Victim(run_words(folder, RUN))
    outcome = Outcome("controller", rng.choice(("any", "after-a-part")))
    outcome.hit = _wait_for(outcome.moment, victim, folder, rng)
    outcome.parts, blow = parts(folder), time.time()
    strike(victim)
    _end(outcome, victim, 180)
    there = (folder / "run.json").exists()
    if outcome.returned == 0 and there and not unlike_whole(folder):
        outcome.hit = False  # all was measured and written: nothing was left to interrupt
    if outcome.hit and there and outcome.returned not in (130, None):
        outcome.wrong.append(f"ended with {outcome.returned}, not 130: {victim.said()[-200:]}")
    examine(outcome, victim, folder, None if outcome.returned == 130 else blow)
    if there:
        outcome.wrong += half_kept(folder) + _gone_on_with(folder)
    shutil.rmtree(folder, ignore_errors=True)
    return outcome


def _gone_on_with(folder: Path) -> list[str]:
    last = Victim(run_words(folder, RUN))
    code = last.wait(900)
    told = [] if code in (0, 3) else [f"--resume ended with {code}: {last.said()[-300:]}"]
    return told + unlike_whole(folder)


def _end(outcome: Outcome, victim: Victim, timeout_s: float) -> None:
    outcome.returned = victim.wait(timeout_s)
    if outcome.returned is None:
        outcome.wrong.append("did not end")


def _wait_for(moment: str, victim: Victim, folder: Path, rng: random.Random) -> bool:
    """Wait for a moment of a run; ``False``: it ended before."""

    def until(seen: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + 240
        while victim.alive and time.monotonic() < deadline:
            if seen():
                return True
            time.sleep(0.0005)
        return victim.alive

    if moment == "any":
        end = time.monotonic() + rng.uniform(0.1, 8)
        return until(lambda: time.monotonic() >= end)
    if moment == "in-a-compaction":
        return until(lambda: any(folder.glob("*/.part-*-*.parquet.*.tmp")))
    before = {path.name for path in folder.glob("visits/part-*.parquet")}
    if not until(lambda: any(p.name not in before for p in folder.glob("visits/part-*.parquet"))):
        return False
    if moment == "after-a-part":
        end = time.monotonic() + rng.uniform(0, 2)
        return until(lambda: time.monotonic() >= end)
    return until(lambda: any(folder.glob("*/.*.tmp")))


def _kill(whom: str, victim: Victim, rng: random.Random) -> None:
    children = victim.children()
    if whom == "worker":
        targets = [rng.choice(children)] if children else []
    elif whom == "controller":
        targets = [victim.pid]
    else:
        targets = [victim.pid, *children]
    for pid in targets:
        send(pid, signal.SIGKILL)


KINDS: dict[str, Callable[[int, int, Path], list[Outcome]]] = {
    "kills": kills,
    "two interrupts": two_interrupts,
    "terminations": terminations,
    "full disks": full_disks,
    "comparisons": comparisons,
}
