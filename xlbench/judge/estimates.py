"""Estimates and verdicts of all cells, whatever the log ratios come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from xlbench.cell import Cell
from xlbench.judge.comparison import Estimate, between
from xlbench.stats.effects import Effect, effects
from xlbench.stats.observations import QUANTITIES, Observations, Quantity, main_quantity
from xlbench.stats.verdicts import verdicts


@dataclass(frozen=True, slots=True)
class Found:
    """One quantity in the cells of a scenario: which have it, their effects, the mean's."""

    cells: Sequence[Cell]
    effects: Sequence[Effect | None]
    overall: Effect | None


@dataclass(frozen=True, slots=True)
class Estimates:
    """What ``Comparison`` holds of ratios: by cell, and by scenario of the main quantity."""

    cells: dict[Cell, dict[Quantity, Estimate]]
    overall: dict[str, Estimate] = field(default_factory=dict)
    between_cells: dict[str, float | None] = field(default_factory=dict)


def estimates(
    cells: Sequence[Cell],
    find: Callable[[Quantity, Sequence[Cell]], Found],
    margin: float,
    alpha: float,
) -> Estimates:
    """Return an estimate with a verdict for every quantity of every cell.

    Args:
        cells: all cells.
        find: returns the effects of a quantity in cells of one scenario.
        margin: largest share that counts as no difference.
        alpha: probability of any wrong claim among the cells of a quantity.
    """
    made = Estimates({cell: {} for cell in cells})
    for scenario, mine in by_scenario(cells):
        for quantity in QUANTITIES:
            found = find(quantity, mine)
            claims = verdicts(found.effects, margin, alpha)
            for cell, effect, claim in zip(found.cells, found.effects, claims, strict=True):
                made.cells[cell][quantity] = Estimate(effect, claim)
            if quantity == main_quantity(mine[0]):
                claim = verdicts([found.overall], margin, alpha)[0]
                made.overall[scenario] = Estimate(found.overall, claim)
                made.between_cells[scenario] = between(found.effects)
    return made


def main_effects(
    observations: Observations, cells: Sequence[Cell]
) -> Iterator[tuple[list[Cell], list[Effect | None]]]:
    """Yield the cells of each scenario with the effects of their main quantity."""
    for _, mine in by_scenario(cells):
        yield mine, effects(observations.table(main_quantity(mine[0]), mine))


def by_scenario(cells: Sequence[Cell]) -> Iterator[tuple[str, list[Cell]]]:
    """Yield each scenario with its cells, in the order in which they come."""
    for scenario in dict.fromkeys(cell.scenario for cell in cells):
        yield scenario, [cell for cell in cells if cell.scenario == scenario]
