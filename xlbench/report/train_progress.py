"""A progress bar of training: the phase at work, its steps, its loss and the time left."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from xlbench.report.beat import Beat, duration, saying

if TYPE_CHECKING:
    from xlbench.train.phase import Phase

_SECONDS_BETWEEN = 0.2


class TrainBar:
    """Shows one phase at a time; where there is no terminal, a line for each phase and beats of it.

    Args:
        console: where to draw.
        clock: seconds; only differences count.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._say = clock, saying(console)
        self._beat = None if console.is_terminal else Beat(self._say, clock)
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
        if self._beat is not None:
            self._say(f"{name}: {steps} steps")
        for task in self._bar.task_ids:
            self._bar.remove_task(task)
        task = self._bar.add_task(name, total=steps, left="")
        began, drawn = self._clock(), float("-inf")
        before: int | None = None  # steps of an earlier call, which took none of this time

        def told(done: int, loss: float | None) -> None:
            nonlocal before, drawn
            now = self._clock()
            before = done - 1 if before is None else before
            if now - drawn < _SECONDS_BETWEEN and done < steps:
                return
            drawn = now
            left_s = (now - began) / (done - before) * (steps - done)
            text = "" if loss is None else f"loss {loss:.3f}, "
            text += f"about {duration(left_s)} left"
            self._bar.update(task, completed=done, left=text)
            self._bar.refresh()
            if self._beat is not None and done < steps:
                self._beat.may_say(f"{name}: {done} of {steps} steps, {text}")

        return told
