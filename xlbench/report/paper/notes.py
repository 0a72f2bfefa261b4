"""The sentences below a table: where its numbers come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlbench.report.paper.axes import Axes
from xlbench.report.paper.doubt import mark_notes
from xlbench.report.paper.grid import Block
from xlbench.report.paper.quantity import scenario_of
from xlbench.report.paper.signs import SIGNS
from xlbench.report.whole import Whole


def notes(whole: Whole, axes: Axes, blocks: Sequence[Block]) -> Iterator[str]:
    """Yield what a reader needs to know of scenario, means, changes and verdicts."""
    yield _scenarios(whole, axes)
    if _averaged(axes):
        ways: dict[str, list[str]] = {}
        for quantity in axes.quantities:
            ways.setdefault(quantity.over, []).append(quantity.name)
        told = "; ".join(f"{way} of {', '.join(names)}" for way, names in ways.items())
        yield f"Over languages: {told}, of those that every arm has."
    if axes.columns == "arm" and len(whole.arms) > 1:
        yield from change_notes(whole, blocks)
    yield from mark_notes(blocks, whole.cells)
    yield from whole.notes


def change_notes(whole: Whole, blocks: Sequence[Block]) -> Iterator[str]:
    """Yield what changes and verdicts in these blocks mean."""
    entries = [entry for block in blocks for row in block.rows for entry in row.entries]
    first, *others = whole.arms
    judged = {one.b for one in whole.comparisons if one.a == first}
    yield f"Ratios and differences are against {first}."
    if judged:
        margin = max(one.margin for one in whole.comparisons)
        yield (
            "With intervals (95 %) where the arms were compared; over languages, the mean of "
            "theirs."
        )
        if any(entry.verdicts for entry in entries):
            signs = ", ".join(f"{sign} {claim}" for claim, sign in SIGNS.items())
            yield f"Verdicts at a margin of {margin:.1%}: {signs}."
    plain = [arm for arm in others if arm not in judged]
    if plain:
        yield (
            f"Without an interval for {', '.join(plain)}: no comparison with {first} was given "
            "(`xlbench compare`, and its folder beside the others)."
        )


def _averaged(axes: Axes) -> bool:
    return axes.third == "language" or (axes.rows == "language" and axes.columns == "arm")


def _scenarios(whole: Whole, axes: Axes) -> str:
    of: dict[str, list[str]] = {}
    for quantity in axes.quantities:
        where = "both scenarios" if quantity.scenario is None else scenario_of(whole, quantity)
        of.setdefault(where, []).append(quantity.name)
    return "; ".join(f"{where}: {', '.join(names)}" for where, names in of.items()) + "."
