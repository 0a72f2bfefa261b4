"""A progress bar with the time left, drawn between visits and never beside one."""

from __future__ import annotations

import time

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from xlbench.cell import ArmCell
from xlbench.run.tally import Tally


class Bar:
    """Shows cells visited and decided, and the time left.

    No thread refreshes it: a redraw while a batch is timed would take the processor from it.

    Args:
        console: where to draw; nothing is drawn unless it is a terminal.
        cells: number of cells.
        budget_s: measuring time of the run.
    """

    def __init__(self, console: Console, cells: int, budget_s: float) -> None:
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
        self._seen: set[ArmCell] = set()
        self._budget_s = budget_s
        self._began = time.monotonic()

    def __enter__(self) -> Bar:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def visited(self, key: ArmCell, settled: int, total: int, left_s: float) -> None:
        """A visit ended: move the bar."""
        self._seen.add(key)
        spent_s = time.monotonic() - self._began
        by_cells_s = spent_s * (total - len(self._seen)) / max(1, len(self._seen))
        seconds = max(by_cells_s, min(left_s, self._budget_s) if settled < total else 0.0)
        self._bar.update(
            self._task,
            description=f"{key.task} {key.language} {key.scenario}",
            completed=len(self._seen),
            left=f"{settled} decided, about {_duration(seconds)} left",
        )
        self._bar.refresh()

    def grouped(self, tallies: dict[ArmCell, Tally]) -> None:
        """Nothing to draw."""


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
