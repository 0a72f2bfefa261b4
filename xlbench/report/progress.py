"""How far a run is: a bar on a terminal, else a line now and then; never beside a timed batch."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from xlbench.cell import ArmCell
from xlbench.report.beat import Beat, against, duration, saying
from xlbench.run.tally import Tally


class Bar:
    """Shows cells visited and decided, and the time left.

    No thread refreshes it: a redraw while a batch is timed would take the processor from it.

    Args:
        console: where to draw; where it is no terminal there are lines.
        cells: number of cells.
        budget_s: measuring time of the run.
        clock: seconds; only differences count.
    """

    def __init__(
        self,
        console: Console,
        cells: int,
        budget_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f} of {task.total:.0f} cells, {task.fields[left]}"),
            console=console,
            auto_refresh=False,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("starting", total=cells, left="")
        self._lines = None if console.is_terminal else Beat(saying(console), clock)
        self._seen: set[ArmCell] = set()
        self._cells, self._console = cells, console
        self._left = "workers are starting"
        self._at_work: tuple[ArmCell, float] | None = None
        self._budget_s, self._clock = budget_s, clock
        self._began = clock()

    def __enter__(self) -> Bar:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def takes(self, least_s: float) -> None:
        """Say how long the least takes, whatever the budget."""
        saying(self._console)(
            f"every cell once in each process takes about {duration(least_s)}, the least that is "
            f"measured: {against(least_s, self._budget_s)}"
        )

    def visiting(self, key: ArmCell) -> None:
        """A visit begins."""
        if not self._seen:
            self._left = "nothing decided"
        self._at_work = key, self._clock()

    def waiting(self) -> None:
        """Without a terminal, say what is at work: a visit can last minutes."""
        if self._lines is None:
            return
        line = f"{len(self._seen)} of {self._cells} cells visited, {self._left}"
        if self._at_work is not None:
            key, since = self._at_work
            what = f"{key.arm}: {key.task} {key.language} {key.scenario}"
            line += f"; {what} at work for {duration(self._clock() - since)}"
        self._lines.may_say(line)

    def visited(self, key: ArmCell, settled: int, total: int, left_s: float) -> None:
        """A visit ended: move the bar, or say how far it is."""
        self._seen.add(key)
        self._at_work = None
        spent_s = self._clock() - self._began
        by_cells_s = spent_s * (total - len(self._seen)) / max(1, len(self._seen))
        seconds = max(by_cells_s, min(left_s, self._budget_s) if settled < total else 0.0)
        self._left = left = f"{settled} decided, about {duration(seconds)} left"
        if self._lines is not None:
            self._lines.may_say(f"{len(self._seen)} of {total} cells visited, {left}")
            return
        self._bar.update(
            self._task,
            description=f"{key.task} {key.language} {key.scenario}",
            completed=len(self._seen),
            left=left,
        )
        self._bar.refresh()

    def grouped(self, tallies: dict[ArmCell, Tally]) -> None:
        """Nothing to draw."""
