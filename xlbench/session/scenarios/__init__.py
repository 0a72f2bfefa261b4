"""How a visit to a cell goes, one file for each scenario."""

from __future__ import annotations

from functools import partial

from xlbench.cell import OFFLINE, SINGLE_STREAM, Scenario
from xlbench.session.halving import run_halving
from xlbench.session.scenarios import offline, single_stream
from xlbench.session.visit import Run

SCENARIOS: dict[Scenario, Run] = {
    SINGLE_STREAM: partial(run_halving, single_stream.run, single_stream.shrink),
    OFFLINE: partial(run_halving, offline.run, offline.shrink),
}
