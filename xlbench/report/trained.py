"""What was trained, and what a training would do: rows for a terminal or a pipe."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from xlbench.report.beat import duration


@dataclass(frozen=True, slots=True)
class Listing:
    """A table as texts: what stands over it, its columns, its rows; numbers go to the right."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[str] = frozenset()


def as_table(listing: Listing) -> Table:
    """Return the listing as a table for a terminal."""
    table = Table(title=listing.title, title_justify="left", box=None, pad_edge=False)
    for name in listing.columns:
        table.add_column(name, justify="right" if name in listing.numbers else "left")
    for row in listing.rows:
        table.add_row(*row)
    return table


def as_tsv(listing: Listing) -> str:
    """Return the listing as tab-separated values below a header."""
    rows = (listing.columns, *listing.rows)
    return "".join("\t".join(row) + "\n" for row in rows)


def cards(out: Path, suites: Sequence[str]) -> list[dict[str, Any]]:
    """Return the cards of the suites that were trained into a folder, in their order."""
    files = [file for suite in suites for file in sorted((out / suite).glob("*/training.json"))]
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def trained(found: Sequence[dict[str, Any]]) -> Listing:
    """Return a row for each card: sets, steps, scores on the development set, shared rows."""
    columns = ("suite", "part", "sets", "examples", "steps", "dev_score", "shared_rows")
    rows = tuple(_card(card) for card in found)
    return Listing("trained", columns, rows, frozenset({"examples", "steps"}))


def _card(card: dict[str, Any]) -> tuple[str, ...]:
    own = [facts for facts in card["sets"] if facts["name"] in card["features"]]
    scores = []
    for name, metrics in card["dev"].items():
        metric, value = next(iter(metrics.items()))
        scores.append(f"{name} {metric} {value:.1f}")
    shared = card["shared_rows"]
    told = ", ".join(f"{count} of {task}" for task, count in (shared or {}).items() if count)
    return (
        card["suite"],
        card["part"],
        ", ".join(facts["name"] for facts in own),
        str(sum(facts["examples"] for facts in own)),
        str(card["steps"]),
        ", ".join(scores),
        "not looked for" if shared is None else told or "none",
    )


def estimated(plan: dict[str, Any]) -> Listing:
    """Return a row for each phase of an estimate, with the sums in the title."""
    peak = plan["peak_bytes"]
    memory = "" if peak is None else f", {peak / 2**30:.1f} GiB"
    title = (
        f"{plan['steps']} steps, {plan['tokens']} tokens: about {duration(plan['expected_s'])} on "
        f"{plan['device']}{memory}"
    )
    numbers = ("rows", "steps", "tokens", "expected")
    rows = tuple(
        (
            row["suite"],
            row["part"],
            ", ".join(row["sets"]),
            str(row["features"]),
            str(row["steps"]),
            str(row["tokens"]),
            duration(row["expected_s"]),
        )
        for row in plan["rows"]
    )
    return Listing(title, ("suite", "part", "sets", *numbers), rows, frozenset(numbers))
