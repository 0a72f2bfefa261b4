"""Which cells a run has: arms x tasks x languages x scenarios, as far as they exist."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlbench.cell import ArmCell, Scenario
from xlbench.errors import UserError
from xlbench.languages import LANGUAGES
from xlbench.tasks.catalogue import TASKS

if TYPE_CHECKING:
    from xlbench.arms import Arm
    from xlbench.checkpoints.spec import CheckpointSpec
    from xlbench.data.source import Source
    from xlbench.settings import Settings


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be measured.

    Attributes:
        specs: the checkpoint of each (arm, task).
        languages: for each task the languages with data.
        missing: for each task languages that were asked for and have no data.
        skipped: (arm, task, reason) of tasks that ``all`` left out.
    """

    specs: dict[tuple[str, str], CheckpointSpec]
    languages: dict[str, tuple[str, ...]]
    missing: dict[str, tuple[str, ...]]
    skipped: tuple[tuple[str, str, str], ...]

    def cells(self, scenarios: Iterable[Scenario]) -> list[ArmCell]:
        """Return all cells, ordered by task, language, arm and scenario."""
        return [
            ArmCell(arm, task, language, scenario)
            for task in TASKS
            for language in self.languages.get(task, ())
            for arm, known in self.specs
            if known == task
            for scenario in scenarios
        ]


def make_plan(settings: Settings, source: Source, resolve: Resolver) -> Plan:
    """Match what was asked for with what arms and data have.

    Args:
        settings: the run's settings.
        source: the data.
        resolve: returns the checkpoint of an arm for a task, or raises ``UserError``.

    Raises:
        UserError: a task or language is unknown, or was named and can't be run, or nothing
            is left to run.
    """
    check_names("--tasks", settings.tasks, TASKS)
    check_names("--langs", settings.languages, LANGUAGES)
    languages: dict[str, tuple[str, ...]] = {}
    missing: dict[str, tuple[str, ...]] = {}
    for task in settings.tasks or TASKS:
        there = source.languages(task)
        wanted = [
            code
            for code in TASKS[task].languages
            if settings.languages is None or code in settings.languages
        ]
        found = tuple(code for code in wanted if code in there)
        lacking = tuple(code for code in wanted if code not in there)
        if found:
            languages[task] = found
        elif settings.tasks is not None and wanted:
            raise UserError(
                f"--tasks {task}: {source.root} has no data for it (asked for: {', '.join(wanted)})"
            )
        if lacking:
            missing[task] = lacking
    if not languages:
        raise UserError(
            "nothing to run: no task has data for the languages asked for; see `xlbench list langs`"
        )
    specs: dict[tuple[str, str], CheckpointSpec] = {}
    skipped: list[tuple[str, str, str]] = []
    for arm in settings.arms:
        reasons = []
        for task in languages:
            spec = resolve(arm, task)
            if isinstance(spec, str):
                reasons.append((arm.text, task, spec))
            else:
                specs[arm.text, task] = spec
        if reasons and settings.tasks is not None:
            raise UserError(reasons[0][2])
        if len(reasons) == len(languages):
            raise UserError(f"arm {arm.text!r} can run none of the tasks: {reasons[0][2]}")
        skipped += reasons
    return Plan(specs, languages, missing, tuple(skipped))


def check_names(option: str, names: Iterable[str] | None, known: Iterable[str]) -> None:
    """Raise ``UserError`` for a name that is not known."""
    for name in names or ():
        if name not in known:
            raise UserError(
                f"{option}: {name!r} is not known; expected all or some of {','.join(known)}"
            )


if TYPE_CHECKING:
    from collections.abc import Callable

    Resolver = Callable[[Arm, str], CheckpointSpec | str]
