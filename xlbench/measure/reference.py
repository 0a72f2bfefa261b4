"""A fixed kernel, timed beside the cells: the yardstick of the machine at that moment.

It never changes with model or language, so what it gains or loses between two runs is the
machine's, and two machines can be compared in units of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

import torch

from xlbench.measure.clock import Clock
from xlbench.measure.warmup import Rule, warm_up


@dataclass(frozen=True, slots=True)
class Work:
    """One pass of the kernel: ``products`` times a matrix of ``rows`` by a square one."""

    rows: int
    width: int
    products: int

    @property
    def operations(self) -> int:
        """Additions and multiplications of a pass."""
        return 2 * self.rows * self.width**2 * self.products


ON_HOST = Work(64, 512, 1)
"""A product of the shape that a small encoder's layers have: 34 million operations."""

ON_DEVICE = Work(1024, 1024, 48)
"""103 thousand million operations: over a millisecond where 80 million million of them take a
second, so that the few microseconds in which the host hands a product over don't show. The operands
are small, as they stay beside the model's memory."""

_REPEATS = 3

_FLAT = Rule(floor=2, slow_floor=2, ceiling=60, limit_ns=500_000_000, tolerance=0.02)
"""A GPU reaches its clock within some tenths of a second of work."""


@contextmanager
def _in_fp32() -> Iterator[None]:
    """Whatever products of matrices the arm computes in, the kernel's stay what they are."""
    asked = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(asked)


class Reference:
    """The kernel with its operands on one device.

    Args:
        device: where it runs.
    """

    def __init__(self, device: torch.device) -> None:
        work = self._work = ON_HOST if device.type == "cpu" else ON_DEVICE
        generator = torch.Generator().manual_seed(0)
        self._left = torch.randn(work.rows, work.width, generator=generator).to(device)
        self._right = torch.randn(work.width, work.width, generator=generator).to(device)
        self._out: Any = torch.empty(work.rows, work.width, device=device)

    def steady_ns(self, clock: Clock) -> int:
        """Return what ``time_ns`` says once it falls no longer.

        A GPU raises its clock from that of idleness only when there is work.
        """
        return warm_up(lambda: self.time_ns(clock), _FLAT).times_ns[-1]

    def time_ns(self, clock: Clock) -> int:
        """Return the median nanoseconds of three passes, after one that is not counted."""
        marks = []
        with _in_fp32():
            for _ in range(1 + _REPEATS):
                first = clock.mark()
                for _ in range(self._work.products):
                    torch.mm(self._left, self._right, out=self._out)
                marks.append((first, clock.mark()))
            clock.settle()
        return round(median(clock.between(first, last) for first, last in marks[1:]))
