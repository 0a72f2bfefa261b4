"""The metrics of kinds of arms, seed by seed, with what stands behind each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlbench.cell import OFFLINE, Cell
from xlbench.judge.recorded_metric import measures_of
from xlbench.metrics.jackknife import standard_error
from xlbench.metrics.measure import Measure
from xlbench.report.paper.change import Place
from xlbench.report.whole import Whole
from xlbench.results.kinds import Kind, kinds
from xlbench.stats.seeds import Part

Measures = Mapping[tuple[str, Place], Measure]


@dataclass(frozen=True)
class Scored:
    """The metrics of a report's arms.

    Attributes:
        whole: the results.
        kinds: of its arms; the first is what the others are held against.
        measures: statistics of each (arm, place) whose predictions were kept.
    """

    whole: Whole
    kinds: tuple[Kind, ...]
    measures: Measures

    def values(self, kind: Kind, place: Place) -> dict[int | None, float]:
        """Return the metric in percent of each seed that has one."""
        found = {}
        for seed, arm in kind.arms.items():
            cell = self.whole.find(arm, Cell(*place, OFFLINE))
            value = None if cell is None else cell.number("metric_value")
            if value is not None:
                found[seed] = value
        return found

    def examples(self, kind: Kind, place: Place) -> Part | None:
        """Return the spread between examples of the change from the first kind to this one."""
        first, own = (
            [self.measures.get((arm, place)) for arm in each.arms.values()]
            for each in (self.kinds[0], kind)
        )
        a, b = ([one for one in each if one is not None] for each in (first, own))
        if not a or not b or len(a) < len(first) or len(b) < len(own):
            return None
        error = standard_error(a, b)
        return None if error is None else Part(error, len(a[0].ids) - 1.0)


def scored(whole: Whole) -> Scored:
    """Return the metrics of all arms, with the statistics of their predictions.

    Raises:
        UserError: a file of predictions is damaged.
    """
    shown = set(whole.arms)
    found: dict[tuple[str, Place], Measure] = {}
    for source in whole.sources:
        for arm, own in measures_of(source.result).items():
            name = next((n for n in (arm, f"{arm} ({source.name})") if n in shown), None)
            for cell, measure in own.items():
                if name is not None and cell.scenario == OFFLINE:
                    found.setdefault((name, (cell.task, cell.language)), measure)
    return Scored(whole, kinds(whole.arms), found)
