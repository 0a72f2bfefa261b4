"""Roughly how long a unit takes, from the sizes of its data and its model: nothing is loaded.

Good enough to put the longest units first and to tell units of one run from each other; how long
they really take is learnt from those that are done.
"""

from __future__ import annotations

from collections.abc import Collection

from xlbench.arms import Arm
from xlbench.cell import OFFLINE, Scenario
from xlbench.run.ahead import work
from xlbench.run.prepare import Prepared

LOAD_S = 10.0
"""The start of a worker and the loading of a checkpoint."""


def rough_s(
    prepared: Prepared,
    arm: Arm,
    task: str,
    languages: Collection[str],
    scenarios: Collection[Scenario],
) -> float:
    """Return seconds for a unit: its start, a pass over its data, and its share of the budget."""
    settings = prepared.settings
    cells = len(languages) * len(scenarios)
    share_s = settings.budget_s * cells / len(prepared.plan.cells(settings.scenarios))
    passes = settings.processes if OFFLINE in scenarios else 0
    pass_s = passes * work(prepared, arm, task, languages)
    return settings.processes * LOAD_S + pass_s + share_s
