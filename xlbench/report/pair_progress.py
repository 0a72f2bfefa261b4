"""How far a comparison is, before each pair of processes and between the groups of one."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from rich.console import Console

from xlbench.report.beat import Beat, against, duration, saying

_ABOUT = 0.25
"""Log ratio of two times up to which one is about the other."""


class PairBar:
    """Shows which pair of processes runs, how many cells are open, and the time left.

    Args:
        console: where it is no terminal there are lines.
        least: pairs of processes that are run whatever the budget says.
        budget_s: seconds of the comparison.
        clock: seconds; only differences count.
    """

    def __init__(
        self,
        console: Console,
        least: int,
        budget_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console, self._least, self._budget_s = console, least, budget_s
        self._clock, self._say = clock, saying(console)
        self._beat = None if console.is_terminal else Beat(self._say, clock)
        self._first: float | None = None
        self._line, self._pair_began = "", self._clock()
        self._least_s: float | None = None

    def __enter__(self) -> PairBar:
        return self

    def __exit__(self, *_: object) -> None:
        self._wipe()

    def pair(self, number: int, open_cells: int, total: int, left_s: float) -> None:
        """A pair of processes is about to start."""
        self._wipe()
        if self._first is None:
            self._first = self._clock()
            self._say(
                f"{total} cells; at least {self._least} pairs of processes, each with a whole "
                f"pass of every cell, whatever --budget ({duration(self._budget_s)}) says"
            )
        elif number == 1:
            self._tell_least(self._clock() - self._first)
        self._pair_began = self._clock()
        self._line = (
            f"pair of processes {number + 1}: {open_cells} of {total} cells open, "
            f"{duration(left_s)} of the budget left"
        )
        self._show()

    def takes(self, least_s: float) -> None:
        """Say how long the least number of pairs takes, whatever the budget."""
        self._wipe()
        self._least_s = least_s
        self._say(
            f"{self._least} pairs of processes take about {duration(least_s)}, the least that is "
            f"measured: {against(least_s, self._budget_s)}"
        )

    def waiting(self) -> None:
        """Without a terminal, say what is at work: a pass can last minutes."""
        if self._beat is not None and self._line:
            passed = duration(self._clock() - self._pair_began)
            self._beat.may_say(f"{self._line}, at work for {passed}")

    def measured(self) -> None:
        """A group of cells of the pair is done."""
        self._show()

    def _tell_least(self, first_s: float) -> None:
        """The first pair tells it again, where that is another time than its first cells told."""
        least_s = first_s * self._least
        told = self._least_s is not None and abs(math.log(least_s / self._least_s)) < _ABOUT
        if least_s > self._budget_s and not told:
            self._say(
                f"the first pair took {duration(first_s)}: {self._least} of them take about "
                f"{duration(least_s)}, more than --budget"
            )

    def _show(self) -> None:
        if self._beat is not None:
            self._beat.may_say(self._line)
        else:
            self._console.print(self._line, end="\r", highlight=False, markup=False)

    def _wipe(self) -> None:
        if self._line and self._console.is_terminal:
            self._console.print(" " * len(self._line), end="\r")
