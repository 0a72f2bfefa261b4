"""Ray in the place of the one who places units: it finds machines, retries, and carries results.

Ray knows how many processors and GPUs a unit asks for. Which processors those are is settled where
the unit runs (``cores``), since Ray counts them only.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from xlbench.arms import Arm
from xlbench.compare.controller import Undecided
from xlbench.compare.live import Asked
from xlbench.errors import UserError
from xlbench.extras import require
from xlbench.placing.brought import Brought, Failure, Outcome
from xlbench.placing.compared import Compared, Pair, compare_pair, processors_of
from xlbench.placing.cores import at_normal_priority
from xlbench.placing.dispatch import WAIT_S, Places, Progress, Watch
from xlbench.placing.unit import Unit
from xlbench.placing.work import Order, measure
from xlbench.settings import Settings

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


class RayCluster:
    """Units as tasks of Ray; see ``dispatch.Cluster``.

    Args:
        ray: the module, connected.
        settings: of the run.
        fingerprints: of its data.
    """

    def __init__(self, ray: Any, settings: Settings, fingerprints: Mapping[str, str]) -> None:
        self._ray, self._settings, self._fingerprints = ray, settings, fingerprints
        self._measure = ray.remote(_task)

    def places(self) -> Places:
        """Return the machines, and how many units fit on them at a time."""
        alive = [node for node in self._ray.nodes() if node["Alive"]]
        shapes = [need(arm, alive) for arm in self._settings.arms]
        processors, gpus = max(shapes, default=(1, 0))
        fits = [
            min(
                int(node["Resources"].get("CPU", 0)) // max(1, processors),
                int(node["Resources"].get("GPU", 0)) // gpus if gpus else 10**6,
            )
            for node in alive
        ]
        return Places(sum(fit > 0 for fit in fits), sum(fits))

    def begin(self, unit: Unit) -> Any:
        """Hand a unit to Ray."""
        alive = [node for node in self._ray.nodes() if node["Alive"]]
        processors, gpus = need(unit.arm, alive)
        order = Order(unit, self._settings, self._fingerprints, processors)
        task = self._measure.options(
            num_cpus=processors,
            num_gpus=gpus,
            max_retries=TRIES - 1,
            retry_exceptions=False,
            name=unit.name,
        )
        return task.remote(order)

    def ended(self, handles: Sequence[Any], timeout_s: float) -> Iterator[tuple[Any, Outcome]]:
        """Yield the tasks that ended."""
        ready, _ = self._ray.wait(list(handles), num_returns=1, timeout=timeout_s)
        for handle in ready:
            yield handle, _got(self._ray, handle)

    def cancel(self, handles: Iterable[Any]) -> None:
        """End the tasks at once, with the workers below them."""
        for handle in handles:
            with contextlib.suppress(self._ray.exceptions.RayError):
                self._ray.cancel(handle, force=True)


def compared_over(
    ray: Any, asked: Asked, command: str, undecided: Undecided | None, watch: Watch
) -> Compared:
    """Have a pair of arms compared on one machine of the cluster.

    Raises:
        UserError: it can't be measured there, or its machines were lost one after the other.
    """
    alive = [node for node in ray.nodes() if node["Alive"]]
    whole, gpus = need(asked.settings.arms[0], alive)
    processors = processors_of(asked, whole)
    pair = Pair(asked, command, undecided, processors)
    task = ray.remote(_compare).options(
        num_cpus=processors, num_gpus=gpus, max_retries=TRIES - 1, retry_exceptions=False
    )
    handle = task.remote(pair)
    try:
        while True:
            ready, _ = ray.wait([handle], timeout=WAIT_S)
            if ready:
                break
            watch.units(Progress(Places(len(alive), 1), 1, 1, 1, None))
        outcome = _got(ray, handle)
    except BaseException:
        ray.cancel(handle, force=True)
        raise
    if isinstance(outcome, Failure):
        raise UserError(outcome.error)
    found: Compared = outcome
    return found


def _got(ray: Any, handle: Any) -> Any:
    try:
        return ray.get(handle)
    except ray.exceptions.RayTaskError as error:
        cause = error.cause if getattr(error, "cause", None) is not None else error
        return Failure(str(cause) if isinstance(cause, UserError) else _last_line(error))
    except ray.exceptions.RayError as error:
        return Failure(
            f"its machine was lost {TRIES} times ({type(error).__name__}: {_last_line(error)})"
        )


def need(arm: Arm, nodes: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    """Return the processors and GPUs that a unit of an arm has to itself.

    A GPU, where the cluster has any and the arm does not ask for a CPU, and its share of the
    processors beside it; else as many processors as the arm has threads, or all of a machine.
    """
    sizes = [(int(n["Resources"].get("CPU", 0)), int(n["Resources"].get("GPU", 0))) for n in nodes]
    options = arm.options
    gpus = int(options.device != "cpu" and any(gpu for _, gpu in sizes))
    asked = len(options.cpus) if options.cpus else options.threads
    if asked is not None:
        return asked, gpus
    shares = [cpu // (gpu if gpus else 1) for cpu, gpu in sizes if cpu and (gpu or not gpus)]
    return max(1, min(shares, default=1)), gpus


def _task(order: Order) -> Brought:
    import ray

    niceness = at_normal_priority()
    brought = measure(order, ray.get_runtime_context().get_node_id()[:12])
    facts = {**brought.placed.facts, "niceness": niceness}
    return replace(brought, placed=replace(brought.placed, facts=facts))


def _compare(pair: Pair) -> Compared:
    at_normal_priority()
    return compare_pair(pair, tuple(sorted(os.sched_getaffinity(0))))


def _last_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
