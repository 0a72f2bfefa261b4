"""Processors for one unit alone: held by locks that all units on a machine respect.

Whoever places units counts processors and does not say which; several nodes, or several users,
may share one machine. So the processors themselves are locked, each by the kernel's lock on a file
of its own, which goes with the process that holds it, however that ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from xlbench.errors import UserError

POLL_S = 0.25

LOCKS = Path(tempfile.gettempdir()) / "xlbench-processors"


@contextlib.contextmanager
def exclusive(
    count: int,
    allowed: Sequence[int],
    folder: Path = LOCKS,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[tuple[int, ...]]:
    """Hold ``count`` of the processors, and wait for them if others hold too many.

    Args:
        count: how many.
        allowed: those to choose from.
        folder: of the locks.
        sleep: waits for some seconds.

    Raises:
        UserError: there are not so many.
    """
    if count > len(allowed):
        raise UserError(
            f"a unit asks for {count} processors, and this machine has {len(allowed)} for it: give "
            "the arm fewer threads, or a cluster that tells its nodes' processors truly"
        )
    folder.mkdir(mode=0o777, parents=True, exist_ok=True)
    while not (held := _taken(count, allowed, folder)):
        sleep(POLL_S)
    try:
        yield tuple(held)
    finally:
        for descriptor in held.values():
            os.close(descriptor)


def _taken(count: int, allowed: Sequence[int], folder: Path) -> dict[int, int]:
    """The processors with their locks; none where there are too few free ones."""
    held: dict[int, int] = {}
    for cpu in allowed:
        descriptor = os.open(folder / f"{cpu}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            continue
        held[cpu] = descriptor
        if len(held) == count:
            return held
    for descriptor in held.values():
        os.close(descriptor)
    return {}


def at_normal_priority() -> int:
    """Undo the low priority that Ray gives its processes, where that is permitted.

    Returns:
        The niceness that is left: where it is not 0, other work of the machine goes first.
    """
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, min(0, os.getpriority(os.PRIO_PROCESS, 0)))
    return os.getpriority(os.PRIO_PROCESS, 0)


@contextlib.contextmanager
def pinned(cpus: Sequence[int]) -> Iterator[None]:
    """Have this process, and those that it starts within, run on these processors only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
