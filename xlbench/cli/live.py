"""Measuring two arms live, for ``compare`` and ``gate``: what the command line adds to it."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from xlbench.printable import command_line

if TYPE_CHECKING:
    from xlbench.compare.controller import Undecided
    from xlbench.compare.live import Asked
    from xlbench.judge.comparison import Comparison


def measure(
    asked: Asked, out: Path | None, undecided: Undecided | None = None
) -> tuple[Comparison, Path]:
    """Measure the arms in turns and judge them; return the comparison and its folder.

    Args:
        asked: what is asked for.
        out: the folder; ``None``: a new one by the time of day.
        undecided: returns the cells that lack a verdict; ``None``: at the margin.

    Raises:
        UserError: something asked for does not exist, or nothing could be measured.
    """
    from rich.console import Console

    from xlbench.compare.live import compare_live
    from xlbench.report.pair_progress import PairBar

    told = Console(stderr=True)

    def warn(text: str) -> None:
        told.print(f"xlbench: note: {text}", highlight=False, soft_wrap=True, markup=False)

    folder = out or Path("results") / time.strftime("compare-%Y%m%d-%H%M%S")
    command = command_line(["xlbench", *sys.argv[1:]])
    with PairBar(told) as bar:
        return compare_live(asked, folder, command, warn, bar, undecided), folder
