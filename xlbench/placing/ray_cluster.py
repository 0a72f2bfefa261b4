"""Ray in the place of the one who places units: it finds machines, retries, and carries results.

Ray knows how many processors and GPUs a unit asks for. Which processors those are is settled where
the unit runs (``cores``), since Ray counts them only.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from xlbench.errors import UserError
from xlbench.extras import require
from xlbench.placing.brought import Failure
from xlbench.placing.dispatch import PieceT, Places

TRIES = 5
"""A unit is begun so often at most, where one machine after the other is lost."""


@contextlib.contextmanager
def connected(address: str) -> Iterator[Any]:
    """Be connected to a Ray cluster; yield the module ``ray``.

    Args:
        address: as Ray has it; ``auto``: the cluster that this machine belongs to; ``local``: this
            machine alone, for all its devices.

    Raises:
        UserError: Ray is not installed, or there is no cluster.
    """
    require("ray", "ray")
    import ray

    if ray.is_initialized():  # by a program that uses xlbench; it is not ours to end
        yield ray
        return
    try:
        ray.init(
            address=None if address == "local" else address,
            log_to_driver=False,
            logging_level=logging.ERROR,
            include_dashboard=False if address == "local" else None,
        )
    except (ConnectionError, ValueError, RuntimeError, TimeoutError) as error:
        reason = " ".join(str(error).split())[:200]
        raise UserError(
            f"--address {address}: no Ray cluster answers there ({reason}). Start one with `ray "
            "start --head`, name another address, or pass --address local for this machine alone"
        ) from None
    try:
        yield ray
    finally:
        ray.shutdown()


Nodes = Sequence[Mapping[str, Any]]
"""Machines, as Ray describes them."""

Need = tuple[int, int]
"""Processors and GPUs that a unit has to itself."""


@dataclass(frozen=True, slots=True)
class Work(Generic[PieceT]):
    """How units of one kind are done.

    Attributes:
        task: what a machine does with an order; what it returns is brought back.
        order: makes an order of a unit and the number of its processors.
        need: of a unit, on these machines.
        needs: of all that may come.
        fresh: whether each has a process of its own, so that what it held goes with it.
    """

    task: Callable[[Any], Any]
    order: Callable[[PieceT, int], Any]
    need: Callable[[PieceT, Nodes], Need]
    needs: Callable[[Nodes], Sequence[Need]]
    fresh: bool = False


class RayCluster(Generic[PieceT]):
    """Units as tasks of Ray; see ``dispatch.Cluster``.

    Args:
        ray: the module, connected.
        work: how they are done.
    """

    def __init__(self, ray: Any, work: Work[PieceT]) -> None:
        self._ray, self._work = ray, work
        self._task = ray.remote(max_calls=int(work.fresh))(work.task)

    def places(self) -> Places:
        """Return the machines, and how many units fit on them at a time."""
        nodes = alive(self._ray)
        processors, gpus = max(self._work.needs(nodes), default=(1, 0))
        fits = [
            min(
                int(node["Resources"].get("CPU", 0)) // max(1, processors),
                int(node["Resources"].get("GPU", 0)) // gpus if gpus else 10**6,
            )
            for node in nodes
        ]
        return Places(sum(fit > 0 for fit in fits), sum(fits))

    def begin(self, unit: PieceT) -> Any:
        """Hand a unit to Ray."""
        processors, gpus = self._work.need(unit, alive(self._ray))
        task = self._task.options(
            num_cpus=processors,
            num_gpus=gpus,
            max_retries=TRIES - 1,
            retry_exceptions=False,
            name=unit.name,
        )
        return task.remote(self._work.order(unit, processors))

    def ended(self, handles: Sequence[Any], timeout_s: float) -> Iterator[tuple[Any, Any]]:
        """Yield the tasks that ended."""
        ready, _ = self._ray.wait(list(handles), num_returns=1, timeout=timeout_s)
        for handle in ready:
            yield handle, got(self._ray, handle)

    def cancel(self, handles: Iterable[Any]) -> None:
        """End the tasks at once, with the workers below them."""
        for handle in handles:
            with contextlib.suppress(self._ray.exceptions.RayError):
                self._ray.cancel(handle, force=True)


def alive(ray: Any) -> Nodes:
    """Return the machines that are there."""
    return [node for node in ray.nodes() if node["Alive"]]


def got(ray: Any, handle: Any) -> Any:
    """Return what a task brought, or a ``Failure``."""
    try:
        return ray.get(handle)
    except ray.exceptions.RayTaskError as error:
        cause = error.cause if getattr(error, "cause", None) is not None else error
        return Failure(str(cause) if isinstance(cause, UserError) else _last_line(error))
    except ray.exceptions.RayError as error:
        return Failure(
            f"its machine was lost {TRIES} times ({type(error).__name__}: {_last_line(error)})"
        )


def node_here() -> str:
    """Return what the cluster calls the machine that a task runs on."""
    import ray

    name: str = ray.get_runtime_context().get_node_id()[:12]
    return name


def share(nodes: Nodes, *, gpu: bool, processors: int | None = None) -> Need:
    """Return what a unit has to itself.

    Args:
        nodes: the machines.
        gpu: whether it takes one where the cluster has any, with its share of the processors
            beside it; else all processors of the smallest machine.
        processors: asked for, in place of these.
    """
    sizes = [(int(n["Resources"].get("CPU", 0)), int(n["Resources"].get("GPU", 0))) for n in nodes]
    gpus = int(gpu and any(count for _, count in sizes))
    if processors is not None:
        return processors, gpus
    shares = [cpu // (count if gpus else 1) for cpu, count in sizes if cpu and (count or not gpus)]
    return max(1, min(shares, default=1)), gpus


def _last_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
