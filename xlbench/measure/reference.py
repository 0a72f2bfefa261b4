"""A fixed kernel, timed beside the cells: the yardstick of the machine at that moment.

It never changes with model or language, so what it gains or loses between two runs is the
machine's, and two machines can be compared in units of it.
"""

from __future__ import annotations

from statistics import median
from typing import Any

import torch

from xlbench.measure.clock import Clock

ROWS, WIDTH = 64, 512
"""A product of the shape that a small encoder's layers have: 34 million operations."""

_REPEATS = 3


class Reference:
    """The kernel with its operands on one device.

    Args:
        device: where it runs.
    """

    def __init__(self, device: torch.device) -> None:
        generator = torch.Generator().manual_seed(0)
        self._left = torch.randn(ROWS, WIDTH, generator=generator).to(device)
        self._right = torch.randn(WIDTH, WIDTH, generator=generator).to(device)
        self._out: Any = torch.empty(ROWS, WIDTH, device=device)

    def time_ns(self, clock: Clock) -> int:
        """Return the median nanoseconds of three passes, after one that is not counted."""
        marks = []
        for _ in range(1 + _REPEATS):
            first = clock.mark()
            torch.mm(self._left, self._right, out=self._out)
            marks.append((first, clock.mark()))
        clock.settle()
        return round(median(clock.between(first, last) for first, last in marks[1:]))
