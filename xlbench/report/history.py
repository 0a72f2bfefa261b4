"""The table of ``xlbench history``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.text import Text

from xlbench.history.changes import ALL, History, Line, Step
from xlbench.history.series import Loaded
from xlbench.report.fitted import Column, Content, Fitted
from xlbench.report.paragraph import paragraph
from xlbench.report.sparkline import sparkline
from xlbench.stats.change_points import MIN_POINTS
from xlbench.tasks.catalogue import TASKS

_SLOWER, _FASTER = "red", "green"

REFERENCE_MOVED = 0.01
"""A reference kernel that moved by more is worth a word beside a cell's change."""


_COLUMNS = (
    Column("machine", 3, right=False),
    Column("arm", 4, right=False),
    Column("task", right=False),
    Column("lang", right=False),
    Column("scenario", 2, right=False),
    Column("runs", 5),
    Column("history", 6, right=False),
    Column("changed in run", right=False),
    Column("before → after ms", 1, right=False),
    Column("ratio", right=False),
    Column("with it", 3, right=False, wraps=True),
)


def history_lines(
    found: History, machines: Sequence[str], everything: bool, width: int
) -> Iterator[Text]:
    """Yield a table with a line for each change; nothing where there is nothing to show.

    Args:
        found: the changes.
        machines: identities of the machines, numbered in this order.
        everything: show lines without a change as well.
        width: columns of the terminal.
    """
    lines = [line for line in (*found.means, *found.cells) if line.steps or everything]
    if not lines:
        return
    arms = {line.series.key.arm for line in lines}
    shown = [
        place
        for place, column in enumerate(_COLUMNS)
        if not (column.name == "machine" and len(machines) < 2)
        and not (column.name == "arm" and len(arms) < 2)
    ]
    rows: list[list[Content]] = []
    for line in lines:
        number = machines.index(line.series.machine) + 1
        head = [f"M{number}", line.series.key.arm, *_head(line)]
        for step in line.steps or (None,):
            row = [*head, *_change(line, step)]
            rows.append([row[place] for place in shown])
            head = [""] * len(head)
    of_arm = "" if len(arms) > 1 else f": {next(iter(arms))}"
    yield from paragraph(f"latency p50, run after run{of_arm}", width, "bold")
    table = Fitted([_COLUMNS[place] for place in shown], rows)
    yield from table.lines(width)
    left_out = ", ".join(table.left_out(width))
    if left_out:
        yield from paragraph(f"No room for: {left_out}. All is in --json.", width, "dim")


def history_notes(found: History, loaded: Loaded) -> Iterator[str]:
    """Yield what a reader must know of the table."""
    judged = [line for line in found.cells if line.judged]
    changed = [line for line in judged if line.steps]
    yield (
        f"{len(changed)} of {len(judged)} series changed over {len(loaded.runs)} runs. Of the "
        f"changes at most {found.false_discoveries:.0%} are expected to be false; ratios with 95 % "
        "intervals, given the place of the change."
    )
    few = len(found.cells) - len(judged)
    if few:
        yield f"{few} series have fewer than {MIN_POINTS} runs: too few to judge."
    if len(loaded.machines) > 1:
        yield "Machines are never compared with each other:"
        for number, (machine, words) in enumerate(loaded.machines.items(), 1):
            yield f"  M{number} {words} ({machine})"
    split = sum(line.series.variant > 0 for line in found.cells)
    if split:
        yield (
            f"{split} series stand apart from others of the same cell: other data, batches, "
            "threads or options."
        )
    disturbed = sum(point.disturbed for line in found.cells for point in line.series.points)
    if disturbed:
        total = sum(len(line.series.points) for line in found.cells)
        yield f"{disturbed} of {total} values were measured on a disturbed machine."
    yield from loaded.notes


def history_json(found: History, loaded: Loaded) -> dict[str, Any]:
    """Return everything, JSON-ready."""
    return {
        "false_discoveries": found.false_discoveries,
        "runs": [asdict(run) for run in loaded.runs],
        "machines": dict(loaded.machines),
        "means": [_line_json(line) for line in found.means],
        "cells": [_line_json(line) for line in found.cells],
        "notes": list(loaded.notes),
    }


def _line_json(line: Line) -> dict[str, Any]:
    points = line.series.points
    return {
        **line.series.key._asdict(),
        "machine": line.series.machine,
        "variant": line.series.variant,
        "cells": line.cells,
        "judged": line.judged,
        "points": [
            {
                "run_id": point.run.run_id,
                "started": point.run.started,
                "latency_p50_ms": point.value_ms,
                "disturbed": point.disturbed,
            }
            for point in points
        ],
        "changes": [
            {
                **asdict(step),
                "with_it": list(step.with_it),
                "run": points[step.index].run.name,
                "run_id": points[step.index].run.run_id,
                "started": points[step.index].run.started,
            }
            for step in line.steps
        ],
    }


def title(line: Line) -> str:
    """Return a line's cell in words."""
    key = line.series.key
    cell = f"mean of {line.cells} cells" if key.task == ALL else f"{key.task} {key.language}"
    return f"{key.arm}, {cell}, {key.scenario}"


def _head(line: Line) -> list[str]:
    key, series = line.series.key, line.series
    mean = key.task == ALL
    return [
        f"mean of {line.cells} cells" if mean else TASKS[key.task].title,
        "" if mean else key.language,
        key.scenario,
        str(len(series.points)),
        sparkline([p.value_ms for p in series.points], [step.index for step in line.steps]),
    ]


def _change(line: Line, step: Step | None) -> list[Text | str]:
    if step is None:
        return ["" if line.judged else "too few runs", "", "", ""]
    run = line.series.points[step.index].run
    style = _SLOWER if step.ratio > 1 else _FASTER
    with_it = list(step.with_it)
    if step.reference_ratio and abs(step.reference_ratio - 1) > REFERENCE_MOVED:
        with_it.insert(0, f"reference kernel x{step.reference_ratio:.3f}")
    return [
        f"{run.started[:10]} {run.name}",
        f"{step.before_ms:.3f} → {step.after_ms:.3f}",
        Text(ratio_text(step), style=style),
        "; ".join(with_it),
    ]


def ratio_text(step: Step) -> str:
    """Return the ratio with its interval."""
    if step.ratio_lo is None or step.ratio_hi is None:
        return f"{step.ratio:.3f} (too few runs for an interval)"
    return f"{step.ratio:.3f} [{step.ratio_lo:.3f}, {step.ratio_hi:.3f}]"
