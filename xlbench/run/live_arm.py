"""An arm at work: its worker process, the checkpoint in it, the cells open in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from xlbench.arms import Arm
from xlbench.cell import Cell
from xlbench.checkpoints.positions import longest_row
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.encode.plan import PACKED, Packing
from xlbench.examples import Example
from xlbench.run.arm_process import ArmProcess
from xlbench.run.counts import Counted, Passing, count
from xlbench.tasks.catalogue import TASKS
from xlbench.workers.client import Worker
from xlbench.workers.errors import CELL_FAILED
from xlbench.workers.launch import DEFAULT_LOADER
from xlbench.workers.protocol import (
    Batches,
    Close,
    Load,
    Loaded,
    Open,
    Pin,
    Turn,
    Turned,
    Visit,
    Visited,
    WorkerFacts,
)

DEFAULT_TOKENS = {"cuda": 16384, "cpu": 1024}
"""Padded tokens per offline batch where neither rows nor tokens are asked for: on a GPU enough for
its products of matrices to outlast the calls that start them."""

BATCH_COST = {"cuda": 2048, "cpu": 32}
"""What a batch costs beyond its tokens, in tokens. A GPU: 12 layers of 13 kernels, 6 microseconds
for the host to start each, while it could have worked on two million tokens a second. A CPU: the
part of a pass that does not grow with it (``benchmarks/overhead.py`` measures it)."""


@dataclass(frozen=True, slots=True)
class OpenCell:
    """A cell that is open in an arm's worker.

    Attributes:
        counted: what its examples amount to.
        batches: its batches as the worker last told of them.
    """

    counted: Counted
    batches: Batches


class LiveArm:
    """What an arm's worker was told, and what it must be told again after a death.

    ``load`` and ``open`` do nothing where the present process knows it already.

    Args:
        arm: what is measured.
        timeout_s: seconds that any request to a worker may take.
        loader: makes the model.
        check: told what a worker says of itself; raises where it is not what is wanted.
        warn: told, at the first worker, what the user should know of the device.
        waiting: called now and then while the worker is waited for.

    Attributes:
        process: the worker.
    """

    def __init__(
        self,
        arm: Arm,
        timeout_s: float,
        loader: str = DEFAULT_LOADER,
        check: Callable[[WorkerFacts], None] = lambda facts: None,
        warn: Callable[[str], None] = lambda warning: None,
        waiting: Callable[[], None] = lambda: None,
    ) -> None:
        self.arm = arm
        self.process = ArmProcess(arm, timeout_s, loader, self._lost, check, warn, waiting)
        self._loaded: tuple[CheckpointSpec, Loaded] | None = None
        self._open: dict[tuple[str, str], OpenCell] = {}
        self._unloadable: dict[str, Exception] = {}
        self._versions: dict[str, str] = {}

    @property
    def facts(self) -> WorkerFacts | None:
        """What the newest worker says of itself; ``None`` before the first."""
        return self.process.facts

    @property
    def alive(self) -> bool:
        return self.process.alive

    def start(self) -> None:
        """Have a worker, started if there is none.

        Raises:
            UserError: it did not come up.
        """
        self.process.start()

    def stop(self) -> None:
        """End the worker; the next request starts a fresh one."""
        self.process.stop()

    def load(self, spec: CheckpointSpec) -> Loaded:
        """Have the checkpoint loaded, unless it is; return what that cost when it was.

        Raises:
            UserError, WorkerDied, WorkerTimeout, WorkerFailure: it can't be loaded; asked
                again, the same at once.
        """
        self.start()
        identity = repr(spec)
        if identity in self._unloadable:
            raise self._unloadable[identity]
        if self._loaded is None or not same_model(self._loaded[0], spec):
            self._open.clear()
            self._loaded = None
            options = self.arm.options
            packed = options.padding == PACKED
            request = Load(
                spec, options.dtype, options.attn, options.runtime, packed, options.quant
            )
            try:
                self._loaded = spec, self.process.ask(lambda worker: worker.load(request))
                self._versions = self._loaded[1].versions
            except CELL_FAILED as error:
                # Every cell of the checkpoint would fail in the same way, after the same wait.
                self._unloadable[identity] = error
                raise
        return self._loaded[1]

    def open(self, task: str, language: str, examples: Iterable[Example]) -> OpenCell:
        """Have a cell opened, unless it is; its examples go without their gold."""
        key = task, language
        if key not in self._open:
            request = Open(task, language, self._packing(task))
            passing = Passing(examples)
            told = self.process.ask(lambda worker: worker.open(request, passing))
            counted = count(task, language, examples, told.counts, passing.digest)
            self._open[key] = OpenCell(counted, told.batches)
        return self._open[key]

    def visit(self, request: Visit) -> Visited:
        """Run one visit to an open cell."""
        reply = self.process.ask(lambda worker: worker.visit(request))
        key = request.cell.task, request.cell.language
        # Memory that ran out made them other batches than those that were opened.
        self._open[key] = replace(self._open[key], batches=reply.batches)
        return reply

    def turn(self, cell: Cell, units: Sequence[int]) -> Turned:
        """Run the units of an open cell once."""
        request = Turn(cell, tuple(units))
        return self.process.ask(lambda worker: worker.turn(request))

    def pin(self, cpus: Sequence[int]) -> None:
        """Move the worker's process to these processors."""
        request = Pin(tuple(cpus))
        self.process.ask(lambda worker: worker.pin(request))

    def close_cells(self) -> None:
        """Have the worker, if there is one, forget its cells, so that others find room."""
        if self.alive:
            for request in [Close(*key) for key in self._open]:
                self.process.ask(partial(Worker.close, request=request))
        self._open.clear()

    def evidence(self) -> dict[str, Any]:
        """Return what is known of the newest worker, JSON-ready; empty before the first."""
        if self.facts is None:
            return {}
        runtime = {"runtime_versions": self._versions} if self._versions else {}
        return asdict(self.facts) | runtime

    def _lost(self) -> None:
        self._loaded = None
        self._open.clear()

    def _packing(self, task: str) -> Packing:
        assert self._loaded is not None
        assert self.facts is not None
        options, device = self.arm.options, self.facts.device.partition(":")[0]
        tokens = options.tokens_per_batch
        if tokens is None and options.batch_size is None:
            tokens = DEFAULT_TOKENS[device]
        return Packing(
            padding=options.padding,
            batch_size=options.batch_size,
            tokens_per_batch=tokens,
            max_length=longest_row(TASKS[task], self._loaded[0].positions),
            buckets=options.buckets,
            batch_cost=BATCH_COST[device],
        )


def same_model(one: CheckpointSpec, other: CheckpointSpec) -> bool:
    """Tell whether two descriptions mean one model, head and tokenizer, whatever the task."""
    return replace(one, task=other.task) == other
