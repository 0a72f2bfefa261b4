"""What is measured over a Ray cluster: units of a run, and the pair of a comparison."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from xlbench.arms import Arm
from xlbench.compare.controller import Undecided
from xlbench.compare.live import Asked
from xlbench.errors import UserError
from xlbench.placing.brought import Brought, Failure
from xlbench.placing.compared import Compared, Pair, compare_pair, processors_of
from xlbench.placing.cores import at_normal_priority
from xlbench.placing.dispatch import WAIT_S, Places, Progress, Watch
from xlbench.placing.ray_cluster import (
    TRIES,
    Need,
    Nodes,
    RayCluster,
    Work,
    alive,
    got,
    node_here,
    share,
)
from xlbench.placing.there import as_at_the_driver
from xlbench.placing.unit import Unit
from xlbench.placing.work import Order, measure
from xlbench.settings import Settings


def measuring(ray: Any, settings: Settings, fingerprints: Mapping[str, str]) -> RayCluster[Unit]:
    """Return the cluster as one that measures units of a run.

    Args:
        ray: the module, connected.
        settings: of the run.
        fingerprints: of its data.
    """
    return RayCluster(
        ray,
        Work(
            task=_measure,
            order=lambda unit, processors: Order(unit, settings, fingerprints, processors),
            need=lambda unit, nodes: need(unit.arm, nodes),
            needs=lambda nodes: [need(arm, nodes) for arm in settings.arms],
        ),
    )


def compared_over(
    ray: Any, asked: Asked, command: str, undecided: Undecided | None, watch: Watch
) -> Compared:
    """Have a pair of arms compared on one machine of the cluster.

    Raises:
        UserError: it can't be measured there, or its machines were lost one after the other.
    """
    nodes = alive(ray)
    whole, gpus = need(asked.settings.arms[0], nodes)
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
            watch.units(Progress(Places(len(nodes), 1), 1, 1, 1, None))
        outcome = got(ray, handle)
    except BaseException:
        ray.cancel(handle, force=True)
        raise
    if isinstance(outcome, Failure):
        raise UserError(outcome.error)
    found: Compared = outcome
    return found


def need(arm: Arm, nodes: Nodes) -> Need:
    """Return the processors and GPUs that a unit of an arm has to itself.

    A GPU, where the cluster has any and the arm does not ask for a CPU, and its share of the
    processors beside it; else as many processors as the arm has threads, or all of a machine.
    """
    options = arm.options
    asked = len(options.cpus) if options.cpus else options.threads
    return share(nodes, gpu=options.device != "cpu", processors=asked)


def _measure(order: Order) -> Brought:
    niceness, node = at_normal_priority(), node_here()
    with as_at_the_driver(order.folder, order.version, node):
        brought = measure(order, node)
    facts = {**brought.placed.facts, "niceness": niceness}
    return replace(brought, placed=replace(brought.placed, facts=facts))


def _compare(pair: Pair) -> Compared:
    at_normal_priority()
    with as_at_the_driver(pair.folder, pair.version, node_here()):
        return compare_pair(pair, tuple(sorted(os.sched_getaffinity(0))))
