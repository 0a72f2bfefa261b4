"""The least time of a measurement, extrapolated from its own first visits: arithmetic, no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from xlbench.cell import ArmCell

ENOUGH_S = 2.0
"""Seconds of first visits, loads aside, from which the others are extrapolated."""

ENOUGH_CELLS = 4
"""The fewest cells from which the others are extrapolated, unless that takes ten times as long."""


@dataclass(frozen=True, slots=True)
class _First:
    """A first visit to a cell: seconds without the load of its checkpoint, and its work."""

    seconds: float
    work: float


class LeastTime:
    """Tells once, early in the first process, how long every cell once in each process takes.

    The first visit of an arm's worker also pays for what it does once in its life (the first
    forward pass, what libraries import late): that is told apart, not extrapolated.

    Args:
        work: of each cell of each arm, in any one unit.
        processes: times that workers are started, checkpoints loaded and all cells visited.
        tell: takes the seconds.
        stretch: of all of it, by what is measured beyond the first visits at the least.
    """

    def __init__(
        self,
        work: Mapping[ArmCell, float],
        processes: int,
        tell: Callable[[float], None],
        stretch: float = 1.0,
    ) -> None:
        self._work, self._processes, self._stretch = work, processes, stretch
        self._tell: Callable[[float], None] | None = tell
        self._start_s = 0.0
        self._seen: set[ArmCell] = set()
        self._loads_s: dict[tuple[str, str], float] = {}
        self._of_workers: dict[str, _First] = {}
        self._others: list[_First] = []

    def started(self, seconds: float) -> None:
        """The workers of a process came up."""
        self._start_s = seconds

    def visited(self, key: ArmCell, seconds: float, load_ns: int | None) -> None:
        """A cell was visited.

        Args:
            key: which.
            seconds: that it took, with the load of its checkpoint if that was needed.
            load_ns: of the checkpoint, whenever that was.
        """
        if self._tell is None or key in self._seen:
            return
        self._seen.add(key)
        checkpoint = key.arm, key.task
        if checkpoint not in self._loads_s:
            self._loads_s[checkpoint] = min(seconds, (load_ns or 0) / 1e9)
            seconds -= self._loads_s[checkpoint]
        first = _First(seconds, self._work[key])
        if self._of_workers.setdefault(key.arm, first) is not first:
            self._others.append(first)
        if self._enough():
            self._tell(self._whole_s())
            self._tell = None

    def _enough(self) -> bool:
        if len(self._seen) == len(self._work):
            return True
        seconds = sum(visit.seconds for visit in self._others)
        fewest = 1 if seconds >= 10 * ENOUGH_S else ENOUGH_CELLS
        return seconds >= ENOUGH_S and len(self._others) >= fewest

    def _whole_s(self) -> float:
        known = self._others or list(self._of_workers.values())
        if len(self._seen) == len(self._work):
            every = [*self._others, *self._of_workers.values()]
            passes_s = sum(visit.seconds for visit in every) + sum(self._loads_s.values())
            return self._processes * self._stretch * (self._start_s + passes_s)
        pace = sum(visit.seconds for visit in known) / sum(visit.work for visit in known)
        once = [max(0.0, each.seconds - pace * each.work) for each in self._of_workers.values()]
        loads_s = list(self._loads_s.values())
        process_s = (
            self._start_s
            + len({key.arm for key in self._work}) * sum(once) / len(once)
            + len({(key.arm, key.task) for key in self._work}) * sum(loads_s) / len(loads_s)
            + pace * sum(self._work.values())
        )
        return self._processes * self._stretch * process_s


def work_of(
    keys: list[ArmCell], sizes: Mapping[tuple[str, str], int], limit: int | None
) -> dict[ArmCell, float]:
    """Return the work of each cell: the bytes of its data, or 1 each where those don't tell.

    Args:
        keys: the cells.
        sizes: bytes of (task, language).
        limit: examples per cell at most, if there is a limit: data of any size are as many then.
    """
    found = {key: float(sizes.get((key.task, key.language), 0)) for key in keys}
    if limit is not None or not all(found.values()):
        return dict.fromkeys(keys, 1.0)
    return found
