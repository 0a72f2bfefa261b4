"""What disturbed the work, by the counters of ``noise``."""

from __future__ import annotations

from dataclasses import asdict
from typing import ClassVar, Self

from xlbench.probes.noise import NoiseMeter, Standing
from xlbench.probes.probe import Column, Readings, Surroundings


class Disturbance:
    """The counters of noise, from start to stop.

    Args:
        meter: reads them.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("steal_ns", "int", "processor time that the hypervisor gave to others"),
        Column(
            "run_delay_ns",
            "int",
            "time that the worker's threads waited for a processor, summed; without those that "
            "tokenise",
        ),
        Column(
            "quota_ns",
            "int",
            "time for which the container's quota stopped it, summed over processors",
        ),
        Column("involuntary_switches", "int", "context switches forced on the worker"),
        Column("major_faults", "int", "page faults served from a disk"),
        Column("throttle", "texts", "reasons for which the GPU lowered its clocks"),
    )

    def __init__(self, meter: NoiseMeter) -> None:
        self._meter = meter
        self._before: Standing | None = None

    @classmethod
    def of(cls, surroundings: Surroundings) -> Self | None:
        return cls(
            NoiseMeter(surroundings.nvml, surroundings.system, bystanders=surroundings.bystanders)
        )

    def start(self) -> None:
        self._before = self._meter.read()

    def stop(self) -> Readings:
        assert self._before is not None, "it was not started"
        return Readings(asdict(self._meter.since(self._before)))
