"""Single bits flipped in each table's file: noticed, or without effect on what is read."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from blows.kinds import RUN
from blows.victim import Victim, run_words
from xlbench.errors import UserError
from xlbench.results.tables import read_table

TABLES = ("samples", "visits", "predictions", "cells")


def flips(seed: int, count: int, root: Path) -> dict[str, dict[str, int]]:
    """Return how many flips of each table were noticed, had no effect, or gave other values."""
    folder = root / "flips"
    victim = Victim(run_words(folder, RUN))
    if victim.wait(900) != 0:
        raise SystemExit(f"the run to be damaged failed: {victim.said()[-300:]}")
    return {table: _of_table(_file(folder, table), table, seed, count) for table in TABLES}


def _file(folder: Path, table: str) -> Path:
    if table == "cells":
        return folder / "cells.parquet"
    return next((folder / table).glob("part-*.parquet"))


def _of_table(path: Path, table: str, seed: int, count: int) -> dict[str, int]:
    whole, original = path.read_bytes(), read_table(path, table)
    rng = random.Random(f"{seed}/{table}")
    counts = dict.fromkeys(("noticed", "without effect", "read as other values"), 0)
    found = Counter[str]()
    for _ in range(count):
        damaged = bytearray(whole)
        damaged[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        path.write_bytes(damaged)
        try:
            same = read_table(path, table).equals(original)
        except UserError:
            found["noticed"] += 1
        else:
            found["without effect" if same else "read as other values"] += 1
    return counts | found
