"""The trade-off of a comparison, printed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlbench.cli.compared import OfRecorded
from xlbench.cli.recorded_pair import Side
from xlbench.cli.what import Selection

if TYPE_CHECKING:
    from xlbench.judge.comparison import Comparison
    from xlbench.report.whole import Whole


def tradeoff_of(
    comparison: Comparison,
    sides: tuple[Side, Side],
    selection: Selection,
    of_recorded: OfRecorded,
) -> Whole:
    """Return a comparison of recorded arms with their cells."""
    from xlbench.report.recorded import recorded
    from xlbench.report.tradeoff.of_comparison import of_comparison

    both = [(recorded(side.folder), side.arm or of_recorded.arm) for side in sides]
    return of_comparison(comparison, both, selection.wanted)


def read_whole(folder: Path) -> Whole:
    """Return what a live comparison wrote."""
    from xlbench.report.filters import Filters
    from xlbench.report.recorded import recorded
    from xlbench.report.whole import whole

    return whole([recorded(folder)], Filters())


def show_tradeoff(whole: Whole) -> None:
    """Print the table to standard output."""
    from xlbench.report.paper.formats import FORMATS
    from xlbench.report.paper.presets.tradeoff import tradeoff

    print(FORMATS["text"](tradeoff(whole)), end="")
