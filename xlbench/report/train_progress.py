"""A progress bar of training: the phase at work, its steps, its loss and the time left."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from xlbench.report.beat import duration

if TYPE_CHECKING:
    from xlbench.train.phase import Phase

_SECONDS_BETWEEN = 0.2


class TrainBar:
    """Shows one phase at a time; where there is no terminal, a line for each phase.

    Args:
        console: where to draw.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f} of {task.total:.0f} steps, {task.fields[left]}"),
            console=console,
            auto_refresh=False,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> TrainBar:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def describe(self, phase: Phase, steps: int) -> Callable[[int, float | None], None]:
        """Begin a phase; return what is to be told of each step."""
        name = f"{phase.suite.name} {phase.part}"
        if not self._console.is_terminal:
            self._console.print(f"xlbench: {name}: {steps} steps", highlight=False, soft_wrap=True)
        for task in self._bar.task_ids:
            self._bar.remove_task(task)
        task = self._bar.add_task(name, total=steps, left="")
        began, first, drawn = time.monotonic(), 0, 0.0

        def told(done: int, loss: float | None) -> None:
            nonlocal first, drawn
            now = time.monotonic()
            first = first or done - 1
            if now - drawn < _SECONDS_BETWEEN and done < steps:
                return
            drawn = now
            left_s = (now - began) / (done - first) * (steps - done)
            text = "" if loss is None else f"loss {loss:.3f}, "
            self._bar.update(task, completed=done, left=f"{text}about {duration(left_s)} left")
            self._bar.refresh()

        return told
