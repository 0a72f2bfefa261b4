"""All that a report is made of: the results that were asked for, as one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from xlbench.cell import SCENARIOS, ArmCell, Cell, Scenario
from xlbench.report.cells import SeenCell
from xlbench.report.compared import Compared
from xlbench.report.filters import Filters
from xlbench.report.raw import EMPTY, Raw, read_raw
from xlbench.report.recorded import Recorded
from xlbench.results.averages import averages
from xlbench.tasks.catalogue import TASKS


@dataclass(frozen=True)
class Whole:
    """Several results as one.

    Attributes:
        sources: the result folders, as they were named.
        cells: of all of them; arms have a name of their own each.
        comparisons: between those arms.
        raw: samples and visits by the name of a source; empty where they were not asked for.
        notes: what a reader should know of how they were put together.
    """

    sources: tuple[Recorded, ...]
    cells: tuple[SeenCell, ...]
    comparisons: tuple[Compared, ...]
    raw: Mapping[str, Raw]
    notes: tuple[str, ...]

    @cached_property
    def arms(self) -> list[str]:
        """The arms in the order of the results; what others were compared with comes first."""
        first = [one.a for one in self.comparisons]
        return list(dict.fromkeys([*first, *(cell.arm for cell in self.cells)]))

    @cached_property
    def tasks(self) -> list[str]:
        """The tasks, in XTREME's order."""
        there = {cell.task for cell in self.cells}
        return [task for task in TASKS if task in there]

    @cached_property
    def scenarios(self) -> list[Scenario]:
        """The scenarios, in their order."""
        there = {cell.scenario for cell in self.cells}
        return [scenario for scenario in SCENARIOS if scenario in there]

    def languages(self, task: str | None = None) -> list[str]:
        """Return the languages (of a task), sorted by code."""
        return sorted({c.language for c in self.cells if task in (None, c.task)})

    def of(
        self, arm: str | None = None, task: str | None = None, scenario: Scenario | None = None
    ) -> list[SeenCell]:
        """Return the cells with these; ``None`` leaves open."""
        return [
            c
            for c in self.cells
            if arm in (None, c.arm) and task in (None, c.task) and scenario in (None, c.scenario)
        ]

    def find(self, arm: str, cell: Cell) -> SeenCell | None:
        """Return a cell of an arm; ``None`` where it was not measured."""
        return self._index.get(ArmCell(arm, *cell))

    @cached_property
    def places(self) -> dict[str, dict[tuple[str, str], None]]:
        """The tasks and languages of each arm, once each, in the order of the cells."""
        found: dict[str, dict[tuple[str, str], None]] = {}
        for cell in self.cells:
            found.setdefault(cell.arm, {})[cell.task, cell.language] = None
        return found

    @cached_property
    def _index(self) -> dict[ArmCell, SeenCell]:
        return {ArmCell(c.arm, *c.cell): c for c in self.cells}

    def averages(self) -> dict[str, Any]:
        """Return XTREME's averages of each arm, as ``results.averages`` does."""
        return averages([_row(cell) for cell in self.cells])


def whole(found: Sequence[Recorded], filters: Filters, raw: bool = False) -> Whole:
    """Return the results as one.

    An arm that two runs have is told apart by the folder's name. The cells of a comparison
    are left out where a run has the same arm: its verdicts are then held against those.

    Args:
        found: at least one result.
        filters: which cells to take.
        raw: read samples and visits too.

    Raises:
        UserError: nothing passes the filters, or a file can't be read.
    """
    found = chosen(found, filters)
    runs = [one for one in found if not one.comparisons] or found
    taken = {arm for one in runs for arm in _arms(one)}
    beside = [one for one in found if one not in runs and set(_arms(one)) <= taken]
    shown = [one for one in found if one not in beside]
    clashes = _clashes(shown)
    names = {one.name: _names(one, clashes) for one in shown}
    names |= {one.name: {} for one in beside}
    cells = [
        cell.named(names[one.name].get(cell.arm, cell.arm)) for one in shown for cell in one.cells
    ]
    notes = _notes(found)
    notes += [
        f"The verdicts of {one.name} stand beside the cells of the other runs." for one in beside
    ]
    every = frozenset(ArmCell(cell.arm, *cell.cell) for cell in cells)
    comparisons = [c.named(names[one.name]) for one in found for c in one.comparisons]
    tables = {one.name: _raw(one, names[one.name], every) for one in found} if raw else {}
    return Whole(
        tuple(found),
        tuple(cells),
        _between(comparisons, cells),
        tables,
        tuple(dict.fromkeys(notes)),
    )


def chosen(found: Sequence[Recorded], filters: Filters) -> list[Recorded]:
    """Return the results with the cells that pass, without those that have none.

    Raises:
        UserError: a name is not known, or no cell passes.
    """
    filters.check(cell for one in found for cell in one.cells)
    kept = (one.of(filters.passes) for one in found)
    return [one for one in kept if one.cells]


def _raw(one: Recorded, names: Mapping[str, str], cells: frozenset[ArmCell]) -> Raw:
    table = read_raw(one.result)
    return table.named(names).of(cells) if table.visits else EMPTY


def _between(comparisons: Iterable[Compared], cells: Sequence[SeenCell]) -> tuple[Compared, ...]:
    """Return those whose arms are there, with the cells that are."""
    arms = {cell.arm for cell in cells}
    there = frozenset(cell.cell for cell in cells)
    return tuple(one.of(there) for one in comparisons if {one.a, one.b} <= arms)


def _arms(one: Recorded) -> list[str]:
    return list(dict.fromkeys(cell.arm for cell in one.cells))


def _clashes(found: Sequence[Recorded]) -> set[str]:
    counts = Counter(arm for one in found for arm in _arms(one))
    return {arm for arm, count in counts.items() if count > 1}


def _names(one: Recorded, clashes: set[str]) -> dict[str, str]:
    return {arm: f"{arm} ({one.name})" if arm in clashes else arm for arm in _arms(one)}


def _notes(found: Sequence[Recorded]) -> list[str]:
    texts = [(one, cell.texts) for one in found for cell in one.cells]
    nodes = {own["node"] for _, own in texts if "node" in own}
    machines = {own.get("machine", one.manifest.machine) for one, own in texts}
    machines |= {one.manifest.machine for one in found if not one.cells}
    if len(machines) > 1:
        return [
            "These results come from different machines: their times can't be held side by side."
        ]
    if len(nodes) > 1:
        return [
            f"These cells were measured on {len(nodes)} machines of one kind (column node): hold "
            "only times of one node side by side."
        ]
    return []


def _row(cell: SeenCell) -> dict[str, Any]:
    missing = dict.fromkeys(("metric_name", "metric_value", "metrics_json"))
    place = {"arm": cell.arm, "task": cell.task, "language": cell.language}
    return {**missing, **cell.texts, **cell.values, **place}
