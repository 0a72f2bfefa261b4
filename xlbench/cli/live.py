"""Measuring two arms live, for ``compare`` and ``gate``: what the command line adds to it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xlbench.cli.kept import keep_in
from xlbench.cli.machines import unit_bar
from xlbench.cli.output import note
from xlbench.printable import command_line

if TYPE_CHECKING:
    from xlbench.arms import Arm
    from xlbench.compare.controller import Undecided
    from xlbench.compare.live import Asked
    from xlbench.judge.comparison import Comparison
    from xlbench.report.pair_progress import PairBar


def measure(
    asked: Asked,
    out: Path | None,
    undecided: Undecided | None = None,
    address: str = "auto",
) -> tuple[tuple[Comparison, ...], Path]:
    """Measure the arms in turns and judge them; return the comparisons and their folder.

    Args:
        asked: what is asked for.
        out: the folder; ``None``: a new one by the time of day.
        undecided: returns the cells that lack a verdict; ``None``: at the margin.
        address: of the cluster, where that is the engine.

    Raises:
        UserError: something asked for does not exist, or nothing could be measured.
    """
    from xlbench.api.comparing import measured_live
    from xlbench.api.measuring import new_folder_name

    folder = out or new_folder_name("compare-")
    keep_in(folder, resumes=False)
    command = command_line(["xlbench", *sys.argv[1:]])
    return measured_live(
        asked,
        {
            "out": folder,
            "display": _bar,
            "warn": note,
            "command": command,
            "address": address,
            "watch": unit_bar(),
        },
        undecided,
    )


def _bar(least: int, budget_s: float) -> PairBar:
    from rich.console import Console

    from xlbench.report.pair_progress import PairBar

    return PairBar(Console(stderr=True), least, budget_s)


def show_plan(asked: Asked, as_json: bool) -> None:
    """Print what would be measured to standard output."""
    from xlbench.cli.show import show_plan
    from xlbench.compare.dry import estimate

    show_plan(estimate(asked, note), as_json)


def say_if_same(arms: Sequence[Arm]) -> None:
    """Say at once that an arm, however it is written, is the first once more."""
    first, *others = arms
    for other in others:
        if other.name == first.name and other.options == first.options:
            which = "both arms are" if len(arms) == 2 else f"{other.text} is"
            note(
                f"{which} the same, {first.text}: what is measured is what the machine and the "
                "method add (an A/A comparison)"
            )
