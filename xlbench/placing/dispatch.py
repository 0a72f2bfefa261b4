"""Which unit is handed over next: the longest first, no more than there are places for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar


class Piece(Protocol):
    """Work that stays on one machine: cells of a run, or a suite to train."""

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    @property
    def cost_s(self) -> float:
        """Roughly what it takes."""
        ...


Handle = TypeVar("Handle")
PieceT = TypeVar("PieceT", bound=Piece)
PieceC = TypeVar("PieceC", bound=Piece, contravariant=True)
OutcomeT = TypeVar("OutcomeT")
OutcomeC = TypeVar("OutcomeC", covariant=True)

WAIT_S = 2.0
"""Between two looks at the machines of a cluster, which come and go."""


@dataclass(frozen=True, slots=True)
class Places:
    """What there is to work on.

    Attributes:
        nodes: machines.
        devices: GPUs, or sets of processors, for a unit each.
    """

    nodes: int
    devices: int


class Cluster(Protocol[PieceC, Handle, OutcomeC]):
    """Whoever places units on machines, and places them again where a machine is lost."""

    def places(self) -> Places:
        """Return what there is at present."""
        ...

    def begin(self, unit: PieceC) -> Handle:
        """Hand a unit over; return at once."""
        ...

    def ended(
        self, handles: Sequence[Handle], timeout_s: float
    ) -> Iterable[tuple[Handle, OutcomeC]]:
        """Return those that ended, as soon as there is one or the time is over."""
        ...

    def cancel(self, handles: Iterable[Handle]) -> None:
        """Give units up."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the units of a run are.

    Attributes:
        places: what they are measured on.
        at_work: units that are being measured, or wait for a place.
        left: units that are not done.
        total: all units.
        left_s: expected time; ``None`` before it can be told.
    """

    places: Places
    at_work: int
    left: int
    total: int
    left_s: float | None


class Watch(Protocol):
    """What a display of many machines is told."""

    def units(self, progress: Progress) -> None:
        """Something changed, or some time has passed."""
        ...


def dispatched(
    units: Sequence[PieceT],
    cluster: Cluster[PieceT, Handle, OutcomeT],
    watch: Watch,
    now_s: Callable[[], float] = time.monotonic,
) -> Iterator[tuple[PieceT, OutcomeT]]:
    """Yield each unit with what became of it, as they end.

    Args:
        units: the longest first.
        cluster: places them.
        watch: told how far it is.
        now_s: seconds that have passed since any one moment.
    """
    waiting, at_work = list(reversed(units)), dict[Handle, tuple[PieceT, float]]()
    done_cost_s = done_s = 0.0
    try:
        while waiting or at_work:
            places = cluster.places()
            # One more than there are places for lets a cluster see that it is to grow.
            while waiting and len(at_work) < max(1, places.devices):
                unit = waiting.pop()
                at_work[cluster.begin(unit)] = unit, now_s()
            costs = [unit.cost_s for unit in waiting]
            costs += [unit.cost_s for unit, _ in at_work.values()]
            pace = done_s / done_cost_s if done_cost_s else None
            left_s = None
            if pace is not None and costs:
                left_s = max(max(costs), sum(costs) / max(1, places.devices)) * pace
            left = len(waiting) + len(at_work)
            watch.units(Progress(places, len(at_work), left, len(units), left_s))
            for handle, outcome in cluster.ended(list(at_work), WAIT_S):
                unit, began_s = at_work.pop(handle)
                done_s, done_cost_s = done_s + now_s() - began_s, done_cost_s + unit.cost_s
                yield unit, outcome
    finally:
        cluster.cancel(at_work)
