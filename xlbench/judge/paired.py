"""Verdicts on two arms that were measured in turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlbench.cell import Cell
from xlbench.judge.comparison import CellComparison, Comparison, Uncompared
from xlbench.judge.estimates import Found, estimates, main_effects
from xlbench.judge.metric_change import metric_change
from xlbench.metrics.measure import Measure
from xlbench.stats.effects import effects, overall
from xlbench.stats.observations import Observations, Quantity
from xlbench.stats.verdicts import ALPHA, INTERIM_ALPHA, verdicts


def undecided(
    observations: Observations, cells: Sequence[Cell], margin: float, alpha: float = INTERIM_ALPHA
) -> set[Cell]:
    """Return the cells whose main quantity has no verdict yet that ends their measuring."""
    return {
        cell
        for mine, found in main_effects(observations, cells)
        for cell, claim in zip(mine, verdicts(found, margin, alpha), strict=True)
        if claim == "inconclusive"
    }


def judge(
    a: str,
    b: str,
    observations: Observations,
    cells: Sequence[Cell],
    measures: Mapping[tuple[str, Cell], Measure],
    margin: float,
    alpha: float = ALPHA,
    errors: Mapping[Cell, str] | None = None,
    flags: Mapping[Cell, Sequence[str]] | None = None,
    notes: Sequence[str] = (),
    uncompared: Sequence[Uncompared] = (),
) -> Comparison:
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
        uncompared: cells of A that B can't run.
    """

    def find(quantity: Quantity, mine: Sequence[Cell]) -> Found:
        seen = [c for c in mine if c in observations.values.get(quantity, {})]
        table = observations.table(quantity, seen)
        return Found(seen, effects(table), overall(table))

    made = estimates(cells, find, margin, alpha)
    compared = tuple(
        CellComparison(
            cell,
            made.cells[cell],
            metric_change(measures.get((a, cell)), measures.get((b, cell))),
            tuple((flags or {}).get(cell, ())),
            (errors or {}).get(cell),
        )
        for cell in cells
    )
    return Comparison(
        a,
        b,
        margin,
        alpha,
        compared,
        made.overall,
        made.between_cells,
        tuple(notes),
        tuple(uncompared),
    )
