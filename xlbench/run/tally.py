"""What is known of each cell while a run goes on: enough to decide where to go next."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlbench.cell import ArmCell
from xlbench.measure.stopping import precise_batches, precise_p50
from xlbench.run.settings import MIN_SINGLE_STREAM_SAMPLES, Settings


@dataclass(slots=True)
class Tally:
    """The samples of one cell so far, and whether it failed or has its predictions."""

    units: list[int] = field(default_factory=list)
    latencies_ns: list[int] = field(default_factory=list)
    visits: int = 0
    failed: bool = False
    predicted: bool = False

    def add(self, units: list[int], latencies_ns: list[int]) -> None:
        self.units += units
        self.latencies_ns += latencies_ns
        self.visits += 1


def decided(key: ArmCell, tally: Tally, settings: Settings) -> bool:
    """Tell whether a cell needs no further visit: failed, or measured precisely enough."""
    if tally.failed:
        return True
    if key.scenario == "single-stream":
        return precise_p50(tally.latencies_ns, settings.precision, MIN_SINGLE_STREAM_SAMPLES)
    return precise_batches(tally.units, tally.latencies_ns, settings.precision)
