"""Whether several threads are faster than one, on the machine as it is at present.

On a machine that is busy with other work a parallel step waits for the thread that got no
processor: two threads can be a hundred times slower than one.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

_ROUNDS = 5

LEAST_GAIN = 0.9
"""Below this, threads cost more than they bring; a small product gains next to nothing on a quiet
machine, but it does not lose either."""

_ENOUGH_NS = 500_000_000


def thread_gain(
    threads: int, time_ns: Callable[[], int], set_threads: Callable[[int], None]
) -> float | None:
    """Return the time of a kernel with one thread over that with all.

    ``None``: there is but one thread, or the clock did not move.

    Both in turns; the threads are as they were afterwards.

    Args:
        threads: of this process.
        time_ns: runs the kernel and returns how long it took.
        set_threads: sets the number of threads.
    """
    if threads == 1:
        return None
    alone: list[int] = []
    together: list[int] = []
    for _ in range(_ROUNDS):
        set_threads(1)
        alone.append(time_ns())
        set_threads(threads)
        together.append(time_ns())
        if sum(alone) + sum(together) > _ENOUGH_NS:
            break
    least_ns = median(together)
    return median(alone) / least_ns if least_ns else None
