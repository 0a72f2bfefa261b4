"""Clocks behind one Protocol: the host's monotonic counter and CUDA events.

A mark is taken without waiting for anything; times between marks are read afterwards, so
that the loop in between is not slowed by reading.
"""

from __future__ import annotations

import time
from typing import Any, Protocol

Mark = Any


class Clock(Protocol):
    """Takes marks; tells the time between two of them once ``settle`` was called."""

    name: str

    def mark(self) -> Mark:
        """Return the present moment of the device's stream of work."""
        ...

    def settle(self) -> None:
        """Wait until every mark taken so far has passed."""
        ...

    def wait(self, mark: Mark) -> None:
        """Wait until ``mark`` has passed, though not those after it."""
        ...

    def between(self, first: Mark, last: Mark) -> int:
        """Return the nanoseconds from one settled mark to a later one."""
        ...


class HostClock:
    """``time.perf_counter_ns``: for work that is done when the call returns."""

    name = "perf_counter_ns"
    mark = staticmethod(time.perf_counter_ns)

    def settle(self) -> None:
        """Nothing to wait for: the work is done when the call returns."""

    def wait(self, mark: int) -> None:
        """Nothing to wait for: a mark has passed when it is taken."""

    def between(self, first: int, last: int) -> int:
        return last - first


class CudaClock:
    """CUDA events on the current stream (resolution about 0.5 microseconds).

    Source: CUDA Runtime API, Event Management, ``cudaEventElapsedTime``.

    Args:
        cuda: the module ``torch.cuda``, or a stand-in with ``Event``.
    """

    name = "cuda-events"

    def __init__(self, cuda: Any) -> None:
        self._cuda = cuda
        self._last: Any = None

    def mark(self) -> Any:
        event = self._cuda.Event(enable_timing=True)
        event.record()
        self._last = event
        return event

    def settle(self) -> None:
        if self._last is not None:
            self._last.synchronize()

    def wait(self, mark: Any) -> None:
        mark.synchronize()

    def between(self, first: Any, last: Any) -> int:
        elapsed_ms: float = first.elapsed_time(last)
        return round(elapsed_ms * 1e6)
