"""What is known of each cell while a run goes on: enough to decide where to go next."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from xlbench.cell import SINGLE_STREAM, ArmCell
from xlbench.measure.stopping import precise_batches, precise_p50
from xlbench.settings import MIN_SINGLE_STREAM_SAMPLES, Settings


@dataclass(slots=True)
class Tally:
    """The samples of one cell so far, and whether it failed or has its predictions.

    Attributes:
        batches: digest of the batches that the samples are of; ``None``: not known.
        precise: whether they are precise enough; ``None``: to be worked out from them.
    """

    units: list[int] = field(default_factory=list)
    latencies_ns: list[int] = field(default_factory=list)
    visits: int = 0
    failed: bool = False
    predicted: bool = False
    batches: str | None = None
    precise: bool | None = None

    def add(self, units: list[int], latencies_ns: list[int], batches: str | None = None) -> None:
        """Take a visit's samples; those of other batches than before replace all others."""
        if self.batches not in (None, batches):
            self.units, self.latencies_ns = [], []
        self.batches = batches
        self.units += units
        self.latencies_ns += latencies_ns
        self.visits += 1
        self.precise = None

    def pass_s(self) -> float | None:
        """Return the seconds of all units so far, once each; ``None`` without any."""
        if not self.units:
            return None
        return float(np.mean(self.latencies_ns)) * len(set(self.units)) / 1e9


def decided(key: ArmCell, tally: Tally, settings: Settings) -> bool:
    """Tell whether a cell needs no further visit: failed, or measured precisely enough."""
    if tally.failed:
        return True
    if tally.precise is None:
        tally.precise = _precise(key, tally, settings.precision)
    return tally.precise


def _precise(key: ArmCell, tally: Tally, precision: float) -> bool:
    if key.scenario == SINGLE_STREAM:
        return precise_p50(tally.latencies_ns, precision, MIN_SINGLE_STREAM_SAMPLES)
    return precise_batches(tally.units, tally.latencies_ns, precision)
