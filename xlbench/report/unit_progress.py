"""How far the units of a run over many machines are: a line that changes, or one now and then."""

from __future__ import annotations

import time
from collections.abc import Callable

from rich.console import Console

from xlbench.placing.dispatch import Progress
from xlbench.report.beat import Beat, duration, saying


class UnitBar:
    """Shows nodes, devices, units left and the time left.

    Nothing is measured on the machine that shows it, unless that is a node, too: so it is drawn
    only when something changed.

    Args:
        console: where to draw; where it is no terminal there are lines.
        clock: seconds; only differences count.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._lines = None if console.is_terminal else Beat(saying(console), clock)
        self._last = ""

    def units(self, progress: Progress) -> None:
        """Something changed, or some time has passed."""
        line = told(progress)
        if self._lines is not None:
            self._lines.may_say(line)
        elif line != self._last:
            self._console.print(f"xlbench: {line}", highlight=False, end="\r")
        self._last = line


def told(progress: Progress) -> str:
    """Return how far it is in a line."""
    places = progress.places
    nodes = f"{places.nodes} node{'' if places.nodes == 1 else 's'}"
    devices = f"{places.devices} device{'' if places.devices == 1 else 's'}"
    left = "" if progress.left_s is None else f", about {duration(progress.left_s)} left"
    waiting = progress.left - progress.at_work
    return (
        f"{nodes}, {devices}: {progress.total - progress.left} of {progress.total} units done, "
        f"{progress.at_work} at work, {waiting} waiting{left}"
    )
