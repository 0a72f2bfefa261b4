"""A comparison with the results that it is of, as a report has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xlbench.asked import Wanted
from xlbench.judge.comparison import Comparison
from xlbench.report.compared import compared
from xlbench.report.filters import Filters
from xlbench.report.recorded import Recorded
from xlbench.report.whole import Whole, whole

Side = tuple[Recorded, str | None]
"""A result, and its arm; ``None``: the only one."""


def of_comparison(comparison: Comparison, sides: Sequence[Side], wanted: Wanted) -> Whole:
    """Return both sides' cells with the comparison's verdicts beside them.

    Args:
        comparison: of them.
        sides: A and B; of one result or of two.
        wanted: which cells.

    Raises:
        UserError: a file can't be read.
    """
    (one, _), (other, _) = sides
    arms = [arm or result.manifest.arms[0] for result, arm in sides]
    same = one.result.folder == other.result.folder
    parts = [_of(one, *arms)] if same else [_of(one, arms[0]), _of(other, arms[1])]
    both = whole(parts, Filters(wanted))
    there = {cell.arm for cell in both.cells}
    shown = [
        arm if arm in there else f"{arm} ({result.name})"
        for (result, _), arm in zip(sides, arms, strict=True)
    ]
    names = dict(zip((comparison.a, comparison.b), shown, strict=True))
    return replace(both, comparisons=(compared(comparison.to_json()).named(names),))


def _of(result: Recorded, *arms: str) -> Recorded:
    """Return the result with these arms' cells, and no comparison of its own."""
    return replace(result.of(lambda cell: cell.arm in arms), comparisons=())
