"""Which cells a report is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlbench.asked import EVERYTHING, Wanted, check_known
from xlbench.errors import UserError
from xlbench.report.cells import SeenCell


@dataclass(frozen=True, slots=True)
class Filters:
    """What to keep.

    Attributes:
        wanted: tasks, languages and scenarios.
        arms: by the names that their own runs gave them; ``None`` keeps all.
    """

    wanted: Wanted = EVERYTHING
    arms: tuple[str, ...] | None = None

    def check(self, cells: Iterable[SeenCell]) -> None:
        """Check that there is something to show.

        Raises:
            UserError: an arm is not known, or no cell passes.
        """
        cells = tuple(cells)
        arms = tuple(dict.fromkeys(cell.arm for cell in cells))
        check_known("--arm", self.arms, arms, "known arm")
        if not any(map(self.passes, cells)):
            of_arms = f"--arm {','.join(self.arms)}" if self.arms else ""
            asked = " ".join(filter(None, (str(self.wanted), of_arms)))
            raise UserError(f"these results have no cell of {asked}: leave one of these out")

    def passes(self, cell: SeenCell) -> bool:
        """Tell whether a cell is to be shown."""
        return cell.cell in self.wanted and (self.arms is None or cell.arm in self.arms)
