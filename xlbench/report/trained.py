"""Tables of what was trained, and of what a training would do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from xlbench.report.beat import duration


def cards(out: Path, suites: Sequence[str]) -> list[dict[str, Any]]:
    """Return the cards of the suites that were trained into a folder, in their order."""
    found = []
    for suite in suites:
        files: Iterable[Path] = sorted((out / suite).glob("*/training.json"))
        found += [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return found


def trained_table(found: Sequence[dict[str, Any]]) -> Table:
    """Return a row for each phase: sets, steps, scores on the development set, shared rows."""
    table = Table(title="trained", title_justify="left")
    for name in ("suite", "part", "sets"):
        table.add_column(name)
    for name in ("examples", "steps"):
        table.add_column(name, justify="right")
    table.add_column("development set")
    table.add_column("shared with evaluation")
    for card in found:
        own = [facts for facts in card["sets"] if facts["name"] in card["features"]]
        scores = []
        for name, metrics in card["dev"].items():
            metric, value = next(iter(metrics.items()))
            scores.append(f"{name} {metric} {value:.1f}")
        shared = card["shared_rows"]
        told = ", ".join(f"{count} of {task}" for task, count in (shared or {}).items() if count)
        table.add_row(
            card["suite"],
            card["part"],
            ", ".join(facts["name"] for facts in own),
            str(sum(facts["examples"] for facts in own)),
            str(card["steps"]),
            ", ".join(scores) or "–",
            "not looked for" if shared is None else told or "none",
        )
    return table


def estimate_table(plan: dict[str, Any]) -> Table:
    """Return a row for each phase of an estimate, with the sum of time in the title."""
    peak = plan["peak_bytes"]
    memory = "" if peak is None else f", {peak / 2**30:.1f} GiB"
    title = (
        f"{plan['steps']} steps, {plan['tokens']} tokens: about {duration(plan['expected_s'])} on "
        f"{plan['device']}{memory}"
    )
    table = Table(title=title, title_justify="left")
    for name in ("suite", "part", "sets"):
        table.add_column(name)
    for name in ("rows", "steps", "tokens", "expected"):
        table.add_column(name, justify="right")
    for row in plan["rows"]:
        table.add_row(
            row["suite"],
            row["part"],
            ", ".join(row["sets"]),
            str(row["features"]),
            str(row["steps"]),
            str(row["tokens"]),
            duration(row["expected_s"]),
        )
    return table
