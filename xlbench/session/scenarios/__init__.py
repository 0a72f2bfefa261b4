"""How a visit to a cell goes, one file for each scenario."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from xlbench.cell import OFFLINE, SINGLE_STREAM, Scenario
from xlbench.session.halving import run_halving
from xlbench.session.scenarios import offline, single_stream
from xlbench.session.visit import Outcome

SCENARIOS: dict[Scenario, Callable[..., Outcome]] = {
    SINGLE_STREAM: partial(run_halving, single_stream.run, single_stream.shrink),
    OFFLINE: partial(run_halving, offline.run, offline.shrink),
}
"""What runs a visit: called as ``run_halving`` without its first two arguments."""
