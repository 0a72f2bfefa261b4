"""A display for work on a machine at which nobody looks."""

from __future__ import annotations

from xlbench.cell import ArmCell
from xlbench.run.tally import Tally


class Silent:
    """Takes all that a run or a comparison tells, and shows nothing."""

    def takes(self, least_s: float) -> None:
        """The least time is known."""

    def visiting(self, key: ArmCell) -> None:
        """A visit begins."""

    def waiting(self) -> None:
        """A worker is waited for."""

    def visited(self, key: ArmCell, settled: int, total: int, left_s: float) -> None:
        """A visit ended."""

    def grouped(self, tallies: dict[ArmCell, Tally]) -> None:
        """A group is done."""

    def pair(self, number: int, open_cells: int, total: int, left_s: float) -> None:
        """A pair of processes is about to start."""

    def measured(self) -> None:
        """Some cells of the pair are done."""
