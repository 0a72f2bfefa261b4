"""Training over many machines: each trains whole suites, and the driver alone says what there is.

Weights are written where they stay, to a folder that all machines share; the catalogue is the
driver's.
"""

from __future__ import annotations

import json
import os
import platform
import shlex
from pathlib import Path
from typing import Any

from xlbench.errors import UserError
from xlbench.placing.brought import Failure
from xlbench.placing.cores import exclusive, pinned
from xlbench.placing.dispatch import Cluster, Handle, Watch, dispatched
from xlbench.placing.ray_cluster import Need, Nodes, RayCluster, Work, node_here, share
from xlbench.placing.there import as_at_the_driver
from xlbench.train.card import FILE, set_facts
from xlbench.train.execute import Prepared, phases
from xlbench.train.plan import Settings
from xlbench.train.units import Order, SuiteUnit, Trained, train_unit, units_left


def training(ray: Any, settings: Settings, out: Path) -> RayCluster[SuiteUnit]:
    """Return the cluster as one that trains suites.

    Args:
        ray: the module, connected.
        settings: of the training.
        out: the shared folder.
    """

    def need(nodes: Nodes) -> Need:
        return share(nodes, gpu=dict(settings.recipe).get("device") != "cpu")

    def order(unit: SuiteUnit, processors: int) -> Order:
        return Order(unit.name, settings, str(out.absolute()), processors)

    return RayCluster(
        ray,
        Work(
            task=_train,
            order=order,
            need=lambda unit, nodes: need(nodes),
            needs=lambda nodes: [need(nodes)],
            fresh=True,
        ),
    )


def train_over(
    prepared: Prepared, cluster: Cluster[SuiteUnit, Handle, Trained | Failure], watch: Watch
) -> None:
    """Have all suites trained that are not whole; a suite that fails leaves the others alone.

    Raises:
        UserError: a suite could not be trained, is not where it was written to, or was trained on
            other data than are here.
    """
    settings, out = prepared.settings, prepared.out
    failures: list[str] = []
    for unit, outcome in dispatched(units_left(settings, out), cluster, watch):
        if isinstance(outcome, Failure):
            failures.append(f"{unit.name}: {outcome.error}")
        elif any(left.name == unit.name for left in units_left(settings, out)):
            failures.append(
                f"{unit.name}: {outcome.host} wrote it to {out.absolute()}, and here it is not "
                "there: --out must be a folder that all machines share"
            )
    if failures:
        raise UserError(
            f"{len(failures)} suite{'' if len(failures) == 1 else 's'} could not be trained; "
            f"{'; '.join(failures)}. What is whole is kept; go on with: xlbench train --resume "
            f"--engine ray --out {shlex.quote(str(out))}"
        )
    _check_data(prepared)


def _check_data(prepared: Prepared) -> None:
    """Hold what each phase was trained on against the data that are here."""
    for _, phase in phases(prepared):
        card = json.loads((phase.folder / FILE).read_text(encoding="utf-8"))
        trained_on = {facts["name"]: facts["fingerprint"] for facts in card["sets"]}
        for name, found in phase.sets.items():
            if trained_on.get(name) != set_facts(name, 0, found)["fingerprint"]:
                raise UserError(
                    f"{phase.folder}: was trained on other data of {name} than are in "
                    f"{found.origin} here: give all machines the same files, remove that folder, "
                    "and --resume"
                )


def _train(order: Order) -> Trained:
    import torch

    with (
        as_at_the_driver(order.folder, order.version, node_here()),
        exclusive(order.processors, sorted(os.sched_getaffinity(0))) as own,
        pinned(own),
    ):
        torch.set_num_threads(len(own))
        train_unit(order)
    return Trained(order.suite, platform.node())
