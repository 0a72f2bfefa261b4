"""What a blow left: processes, files, and what is missing on disk."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from blows.outcome import Outcome
from blows.victim import Victim
from xlbench.errors import UserError
from xlbench.results.parts import FLUSH_S
from xlbench.results.result import read_result
from xlbench.results.tables import read_table

CELLS = {
    ("xnli", language, scenario)
    for language in ("en", "sw")
    for scenario in ("single-stream", "offline")
}
SLACK_S = 10.0
"""A visit or a round that was under way, on a machine that does other work."""

START_S = 240.0
"""Imports of a controller and its workers on a machine that does other work."""


def examine(outcome: Outcome, victim: Victim, folder: Path, blow: float | None) -> None:
    """Note what is wrong with what was left.

    Args:
        outcome: takes it.
        victim: whom the blow hit; it has ended.
        folder: its result folder.
        blow: when it was hit, if that should have ended it.
    """
    left = victim.end_left_over()
    if left:
        outcome.wrong.append(f"left over: {left} processes")
    if not (folder / "run.json").exists():
        return
    outcome.wrong += unreadable(folder)
    if blow is None or not outcome.hit:
        return
    written = (path.stat().st_mtime for path in folder.glob("visits/part-*.parquet"))
    flushes = [at for at in written if victim.began < at <= blow]
    if flushes:
        outcome.lost_s = blow - max(flushes)
    lost_s = blow - max(flushes, default=victim.began + START_S)
    if lost_s > FLUSH_S + SLACK_S:
        outcome.wrong.append(f"{lost_s:.1f} s of measuring are lost")


def parts(folder: Path) -> int:
    """Return how many parts are on disk that count."""
    return len(list(folder.glob("visits/part-*.parquet")))


def unreadable(folder: Path) -> list[str]:
    """Return what can't be read, in words."""
    wrong = []
    for path in sorted(folder.rglob("*.parquet")):
        if path.name.startswith("."):
            continue
        try:
            read_table(path, path.parent.name if path.parent != folder else "cells")
        except UserError as error:
            wrong.append(f"unreadable: {error}")
    try:
        json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except ValueError as error:
        wrong.append(f"run.json: {error}")
    return wrong


def half_kept(folder: Path) -> list[str]:
    """Return what of a result is there twice, or without its other half."""
    try:
        result = read_result(folder)
    except UserError as error:
        return [] if "stopped before its first cells" in str(error) else [str(error)]
    wrong = []
    visits = Counter(row["visit"] for row in result.visits)
    if any(count > 1 for count in visits.values()):
        wrong.append("a visit stands twice")
    sampled = set(result.samples["visit"].astype(int).tolist())
    good = {row["visit"] for row in result.visits if row["status"] == "ok"}
    if good - sampled:
        wrong.append(f"{len(good - sampled)} visits without their samples")
    if sampled - set(visits):
        wrong.append(f"samples of {len(sampled - set(visits))} visits that are not there")
    return wrong


def unlike_whole(folder: Path) -> list[str]:
    """Return in what a run that was gone on with to its end differs from one nobody hit."""
    try:
        result = read_result(folder)
    except UserError as error:
        return [f"the result can't be read: {error}"]
    found = [(row["task"], row["language"], row["scenario"]) for row in result.cells]
    wrong = half_kept(folder)
    if sorted(found) != sorted(CELLS):
        wrong.append(f"other cells: {sorted(set(found) ^ CELLS)}")
    pending = sum(row["status"] == "pending" for row in result.cells)
    if pending:
        wrong.append(f"{pending} cells pending after --resume")
    return wrong
