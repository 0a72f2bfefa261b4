"""How the workers of a comparison are started, and on which processors."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace

from xlbench.arms import Arm
from xlbench.errors import UserError
from xlbench.run.live_arm import LiveArm
from xlbench.settings import Start
from xlbench.workers.fork_server import ForkServer
from xlbench.workers.forkable import on_gpu, why_not_forked


def shared_fork_server(arms: Sequence[LiveArm], start: Start) -> ForkServer | None:
    """Return what all arms' workers can be forked from; ``None``: each is a program of its own.

    Arms with an interpreter or environment of their own would need a fork server each, and what
    one carries for its life would look like a difference of the arms. With CUDA no
    worker is forked: a driver that an import touched is of no use in a fork.

    Raises:
        UserError: forks were asked for and can't be had.
    """
    if start == "fresh":
        return None
    first, *others = (arm.process for arm in arms)
    reasons = (why_not_forked(first.launch, other.launch) for other in others)
    why = next((reason for reason in reasons if reason is not None), None)
    if why is None:
        return ForkServer(first.launch, first.timeout_s)
    if start == "forked":
        raise UserError(f"--start forked: {why}; use --start fresh")
    return None


def default_cpus(devices: Iterable[str]) -> tuple[int, ...] | None:
    """Return one processor for arms on the CPU, ``None`` (all) where a GPU does the work.

    Free to be scheduled anywhere, two equal workers differ by more from pair to pair of
    processes than their intervals explain; on one processor they do not.
    """
    if any(map(on_gpu, devices)):
        return None
    return (max(os.sched_getaffinity(0)),)


def not_there(cpus: tuple[int, ...], error: Exception) -> UserError:
    """Return what a user is told of processors that nothing can be moved to."""
    return UserError(
        f"--cpus {','.join(map(str, cpus))}: the worker can't be moved there ({error}); name "
        "processors that this machine has and that this process may use (`nproc`, "
        "`taskset -pc $$`)"
    )


def with_threads(arm: Arm, cpus: tuple[int, ...] | None) -> Arm:
    """Return the arm with as many threads as processors, unless it says otherwise."""
    if cpus is None or arm.options.threads is not None or arm.options.cpus is not None:
        return arm
    return replace(arm, options=replace(arm.options, threads=len(cpus)))
