"""The memory of a cell: what its batches take in a process that has run nothing else."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import torch

from xlbench.cell import Scenario
from xlbench.flags import Flag
from xlbench.probes.host import WORKER_PEAK, PeakRss
from xlbench.probes.probe import Readings
from xlbench.session.batches import digest
from xlbench.session.cell import OpenCell
from xlbench.session.engine import Engine
from xlbench.session.fresh_fork import ForkLost, FreshFork, Measure, Spare
from xlbench.session.sketch import Sketch, sketches
from xlbench.workers.codec import receive, send
from xlbench.workers.protocol import Load

NOT_ITS_OWN = Readings({}, (Flag.RSS_OF_PROCESS,))
"""Of a cell whose memory can't be told from that of its process."""


SHARED_BYTES = 2**29
"""Weights that are not held twice. Having loaded them with several threads, a process holds some
MiB more than with one: next to so much, below a hundredth."""

FORKED = ("eager",)
"""Runtimes whose model a fork can run: others keep threads or compiled programs."""


def can_be_forked(device: torch.device) -> bool:
    """Tell whether a fork can use the device: a GPU's context is one process's."""
    return sys.platform == "linux" and device.type == "cpu"


class CellMemory:
    """Measures each cell once, in a fork of the process as it was after loading.

    Args:
        fork: answers for the batches of a checkpoint.
    """

    def __init__(self, fork: FreshFork) -> None:
        self._fork = fork
        self._known: dict[tuple[str, str, Scenario, str, int | None], Readings] = {}

    def of(self, cell: OpenCell, scenario: Scenario) -> Readings:
        """Return the columns of ``PeakRss`` but the worker's for a cell's batches as they are.

        Flagged, and without values, where the fork did not live: the caller has those of the whole
        process.
        """
        key = cell.task.name, cell.language, scenario, digest(cell), cell.windows_together
        if key not in self._known:
            self._known[key] = self._ask(sketches(cell, scenario))
        return self._known[key]

    def close(self) -> None:
        """End the copy of the process."""
        self._fork.close()

    def _ask(self, batches: Sequence[Sketch]) -> Readings:
        try:
            found = self._fork.ask([asdict(batch) for batch in batches])
        except ForkLost:
            return NOT_ITS_OWN
        return Readings(found["values"], (Flag.RSS_SAMPLED,) if found["sampled"] else ())


class Memories:
    """Makes a ``CellMemory`` for each checkpoint; must come before the first is loaded.

    Args:
        make: loads a checkpoint, in a fork.
        threads: intra-op threads.
    """

    def __init__(self, make: Callable[[Load], Engine], threads: int) -> None:
        self._threads, self._used = threads, False
        self._spare = Spare(lambda order: _measuring(make(_load_in(order)), threads))

    def of(self, engine: Engine, weights_bytes: int, request: Load) -> CellMemory:
        """Return that of the checkpoint that was loaded just now.

        A fork of what the process was before loads the checkpoint once more. One that is large is
        shared instead: the process itself is copied, unless it has run cells already.

        Args:
            engine: runs the model.
            weights_bytes: of the checkpoint.
            request: that it was loaded for.
        """
        first, self._used = not self._used, True
        if first and weights_bytes > SHARED_BYTES:
            return CellMemory(FreshFork(_measuring(engine, self._threads)))
        order = io.BytesIO()
        send(order, request)
        return CellMemory(FreshFork.from_spare(self._spare, order.getvalue()))

    def close(self) -> None:
        """End the copy from before."""
        self._spare.close()


def _load_in(order: bytes) -> Load:
    torch.set_num_threads(1)  # forks of a process that has used several could use none
    request = receive(io.BytesIO(order))
    assert isinstance(request, Load)
    return request


def _measuring(engine: Engine, threads: int) -> Measure:
    return partial(_measured, engine, threads)


def _measured(engine: Engine, threads: int, asked: Any) -> dict[str, Any]:
    batches = [Sketch(**{**batch, "lengths": tuple(batch["lengths"])}) for batch in asked]
    torch.set_num_threads(threads)  # it holds for the thread that said so
    probe = PeakRss()
    with torch.inference_mode():
        _run(engine, batches[-1])  # what a first pass loads of libraries is there before
        probe.start()
        # The largest once more: by then all that the others left behind is there.
        for batch in (*batches, *batches[:1]):
            _run(engine, batch)
    found = probe.stop()
    values = {name: value for name, value in found.values.items() if name != WORKER_PEAK}
    return {"values": values, "sampled": bool(found.flags)}


def _run(engine: Engine, batch: Sketch) -> None:
    engine.forward(engine.host(batch.arrays(engine.pad_id)))
