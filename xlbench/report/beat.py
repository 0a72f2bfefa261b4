"""Lines of progress where there is no terminal: one every fifteen seconds, never more."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

EVERY_S = 15.0


def saying(console: Console) -> Callable[[str], None]:
    """Return what prints a line as xlbench's own, as it is and however wide."""
    return lambda line: console.print(
        f"xlbench: {line}", highlight=False, soft_wrap=True, markup=False
    )


class Beat:
    """Prints a line if enough time has passed since the last one.

    Args:
        say: takes a line.
        clock: seconds; only differences count.
    """

    def __init__(
        self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._say, self._clock = say, clock
        self._last = clock()

    def may_say(self, line: str) -> None:
        """Print the line, unless one was printed less than ``EVERY_S`` ago."""
        now = self._clock()
        if now - self._last >= EVERY_S:
            self._last = now
            self._say(line)


def against(least_s: float, budget_s: float) -> str:
    """Return how the least time of a measurement stands to its budget."""
    more = "more than" if least_s > budget_s else "within"
    return f"{more} --budget ({duration(budget_s)})"


def duration(seconds: float) -> str:
    """Return seconds as ``3 min 20 s``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
