"""Verdicts on two arms that were measured in turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlbench.judge.comparison import CellComparison, Comparison, Estimate, between
from xlbench.judge.metric_change import metric_change
from xlbench.metrics.measure import Measure
from xlbench.stats.effects import effects, overall
from xlbench.stats.observations import QUANTITIES, Cell, Observations, Quantity
from xlbench.stats.verdicts import ALPHA, verdicts


def undecided(
    observations: Observations, cells: Sequence[Cell], margin: float, alpha: float = ALPHA
) -> set[Cell]:
    """Return the cells whose main quantity has no verdict yet."""
    open_cells: set[Cell] = set()
    for scenario in dict.fromkeys(cell.scenario for cell in cells):
        mine = [cell for cell in cells if cell.scenario == scenario]
        found = verdicts(effects(observations.table(mine[0].main, mine)), margin, alpha)
        open_cells |= {c for c, v in zip(mine, found, strict=True) if v == "inconclusive"}
    return open_cells


def judge(
    a: str, b: str, observations: Observations, cells: Sequence[Cell],
    measures: Mapping[tuple[str, Cell], Measure], margin: float, alpha: float = ALPHA,
    errors: Mapping[Cell, str] | None = None, flags: Mapping[Cell, Sequence[str]] | None = None,
    notes: Sequence[str] = (),
) -> Comparison:  # fmt: skip
    """Return the comparison of two arms.

    Args:
        a, b: texts of the arms.
        observations: log ratios B/A for each pair of processes.
        cells: all cells that were to be compared.
        measures: main metric of (arm text, offline cell), where there is one.
        margin: largest share that counts as no difference.
        alpha: probability of any wrong claim among the cells.
        errors: cells that failed, and why.
        flags: what a reader should know of a cell.
        notes: sentences about the whole.
    """
    estimates: dict[Cell, dict[Quantity, Estimate]] = {cell: {} for cell in cells}
    whole: dict[str, Estimate] = {}
    spread: dict[str, float | None] = {}
    for scenario in dict.fromkeys(cell.scenario for cell in cells):
        mine = [cell for cell in cells if cell.scenario == scenario]
        for quantity in QUANTITIES:
            seen = [c for c in mine if c in observations.values.get(quantity, {})]
            table = observations.table(quantity, seen)
            found = effects(table)
            made = verdicts(found, margin, alpha)
            for cell, effect, verdict in zip(seen, found, made, strict=True):
                estimates[cell][quantity] = Estimate(effect, verdict)
            if quantity == mine[0].main:
                mean = overall(table)
                whole[scenario] = Estimate(mean, verdicts([mean], margin, alpha)[0])
                spread[scenario] = between(found)
    compared = tuple(
        CellComparison(
            cell, estimates[cell], metric_change(measures.get((a, cell)), measures.get((b, cell))),
            tuple((flags or {}).get(cell, ())), (errors or {}).get(cell),
        )
        for cell in cells
    )  # fmt: skip
    return Comparison(a, b, margin, alpha, compared, whole, spread, tuple(notes))
