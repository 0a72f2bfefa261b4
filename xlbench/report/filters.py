"""Which cells a report is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlbench.cell import SCENARIOS
from xlbench.did_you_mean import did_you_mean
from xlbench.errors import UserError
from xlbench.languages import LANGUAGES
from xlbench.printable import shown
from xlbench.report.cells import SeenCell
from xlbench.tasks.catalogue import TASKS

Names = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Filters:
    """Names to keep; ``None`` keeps all."""

    tasks: Names = None
    languages: Names = None
    arms: Names = None
    scenarios: Names = None

    def of(self, cells: Sequence[SeenCell]) -> tuple[SeenCell, ...]:
        """Return the cells that pass, in their order.

        Raises:
            UserError: a name is not known, or none passes.
        """
        arms = tuple(dict.fromkeys(cell.arm for cell in cells))
        for option, asked, known in (
            ("--tasks", self.tasks, tuple(TASKS)),
            ("--langs", self.languages, tuple(LANGUAGES)),
            ("--arm", self.arms, arms),
            ("--scenario", self.scenarios, SCENARIOS),
        ):
            _check(option, asked, known)
        kept = tuple(
            cell
            for cell in cells
            if _in(cell.task, self.tasks)
            and _in(cell.language, self.languages)
            and _in(cell.arm, self.arms)
            and _in(cell.scenario, self.scenarios)
        )
        if not kept:
            raise UserError(
                "no cell of these results is left by --tasks, --langs, --arm and "
                "--scenario: leave one of them out"
            )
        return kept


def _in(name: str, asked: Names) -> bool:
    return asked is None or name in asked


def _check(option: str, asked: Names, known: Sequence[str]) -> None:
    for name in asked or ():
        if name not in known:
            near = did_you_mean(name, known)
            raise UserError(f"{option}: {shown(name)} is not one of {', '.join(known)}{near}")
