"""What is measured, by name: one identity for every room.

Knows nothing of files, tasks or statistics.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Scenario = Literal["single-stream", "offline"]
SINGLE_STREAM: Scenario = "single-stream"
OFFLINE: Scenario = "offline"
SCENARIOS: tuple[Scenario, ...] = (SINGLE_STREAM, OFFLINE)
"""As MLPerf's scenarios of the same names (Reddi et al. 2020, arXiv 1911.02549, section IV)."""


class Cell(NamedTuple):
    """A task in a language under a scenario: what two arms can both run."""

    task: str
    language: str
    scenario: Scenario


class ArmCell(NamedTuple):
    """A cell of one arm: one row of results."""

    arm: str
    task: str
    language: str
    scenario: Scenario

    @property
    def cell(self) -> Cell:
        """What is measured, whoever runs it."""
        return Cell(self.task, self.language, self.scenario)
