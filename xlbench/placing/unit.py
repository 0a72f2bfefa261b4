"""Units of a run: what must stay on one machine, and with one worker, to be fair."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from xlbench.arms import Arm
from xlbench.cell import ArmCell, Scenario
from xlbench.placing.cost import rough_s
from xlbench.run.prepare import Prepared


@dataclass(frozen=True, slots=True)
class Unit:
    """One arm on one task: cells that one worker measures in randomised rounds.

    Attributes:
        arm: what is measured.
        task: on what.
        languages: in which languages.
        scenarios: how.
        budget_s: its share of the run's measuring time.
        cost_s: roughly what it takes, by which units are ordered.
    """

    arm: Arm
    task: str
    languages: tuple[str, ...]
    scenarios: tuple[Scenario, ...]
    budget_s: float
    cost_s: float

    @property
    def name(self) -> str:
        """What rows and messages call it."""
        return f"{self.arm.text} {self.task}"

    @property
    def cells(self) -> list[ArmCell]:
        """What it measures."""
        return [
            ArmCell(self.arm.text, self.task, language, scenario)
            for language in self.languages
            for scenario in self.scenarios
        ]


def units_of(prepared: Prepared, done: Collection[ArmCell] = ()) -> list[Unit]:
    """Return the units of what is left of a run, the longest first.

    Args:
        prepared: the run.
        done: cells that need nothing more.
    """
    settings = prepared.settings
    whole = len(prepared.plan.cells(settings.scenarios))
    units = [
        Unit(
            arm,
            task,
            languages,
            scenarios,
            settings.budget_s * len(languages) * len(scenarios) / whole,
            rough_s(prepared, arm, task, languages, scenarios),
        )
        for arm in settings.arms
        for task in prepared.plan.languages
        if (arm.text, task) in prepared.plan.specs
        for scenarios, languages in _left(prepared, arm.text, task, done)
    ]
    return sorted(units, key=lambda unit: (-unit.cost_s, unit.name))


def _left(
    prepared: Prepared, arm: str, task: str, done: Collection[ArmCell]
) -> Iterator[tuple[tuple[Scenario, ...], tuple[str, ...]]]:
    """Yield scenarios that are left, with the languages that lack just those."""
    lacking: dict[tuple[Scenario, ...], list[str]] = {}
    for language in prepared.plan.languages[task]:
        missing = tuple(
            scenario
            for scenario in prepared.settings.scenarios
            if ArmCell(arm, task, language, scenario) not in done
        )
        if missing:
            lacking.setdefault(missing, []).append(language)
    for scenarios, languages in lacking.items():
        yield scenarios, tuple(languages)
