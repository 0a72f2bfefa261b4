"""An arm at work: its worker process, the checkpoint in it, the cells open in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, TypeVar

from xlbench.arms import Arm
from xlbench.cell import Cell
from xlbench.checkpoints.positions import longest_row
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.encode.plan import PACKED, Packing
from xlbench.errors import UserError
from xlbench.examples import Example
from xlbench.run.counts import Counted, count
from xlbench.tasks.catalogue import TASKS
from xlbench.workers.client import Worker
from xlbench.workers.errors import CELL_FAILED, WorkerDied, WorkerFailure, WorkerTimeout
from xlbench.workers.fork_server import ForkServer
from xlbench.workers.launch import DEFAULT_LOADER, Launch
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

DEFAULT_TOKENS = {"cuda": 4096, "cpu": 1024}
"""Padded tokens per offline batch where neither rows nor tokens are asked for."""

R = TypeVar("R")


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
    """Starts the arm's worker when needed, and starts it anew after a death.

    What the worker must know again (checkpoint, cells) is told again when the caller next
    asks for it: ``load`` and ``open`` do nothing where the present process knows it already.

    Args:
        arm: what is measured.
        timeout_s: seconds that any request to a worker may take.
        loader: makes the model.
        check: told what a worker says of itself; raises where it is not what is wanted.
        warn: told, at the first worker, what the user should know of the device.

    Attributes:
        processes: workers so far.
        facts: what the newest says of itself; ``None`` before the first.
        launch: how they are started.
        fork_server: what they are forked from; ``None``: each is a program of its own.
    """

    def __init__(
        self,
        arm: Arm,
        timeout_s: float,
        loader: str = DEFAULT_LOADER,
        check: Callable[[WorkerFacts], None] = lambda facts: None,
        warn: Callable[[str], None] = lambda warning: None,
    ) -> None:
        self.arm = arm
        self.processes = 0
        self.facts: WorkerFacts | None = None
        self.timeout_s = timeout_s
        self.fork_server: ForkServer | None = None
        self.launch = Launch(
            python=arm.options.python,
            env=arm.options.env,
            device=arm.options.device,
            threads=arm.options.threads,
            cpus=arm.options.cpus,
            loader=loader,
        )
        self._worker: Worker | None = None
        self._coming: Worker | None = None
        self._loaded: tuple[CheckpointSpec, Loaded] | None = None
        self._open: dict[tuple[str, str], OpenCell] = {}
        self._unloadable: dict[str, Exception] = {}
        self._versions: dict[str, str] = {}
        self._check, self._warn = check, warn

    def begin_start(self) -> None:
        """Start a worker if there is none, and don't wait for it: ``start`` does.

        Raises:
            UserError: it can't be started.
        """
        if self._worker is None or not self._worker.alive:
            self._drop()
            try:
                self._coming = self._worker = Worker(
                    self.launch, self.timeout_s, wait=False, fork_server=self.fork_server
                )
            except WorkerDied as error:
                raise self._not_up(error) from None

    def start(self) -> Worker:
        """Return the live worker; start one if there is none.

        Raises:
            UserError: it did not come up; where a signal ended it, neither did a second one.
        """
        for last in (False, True):
            self.begin_start()
            worker = self._worker
            assert worker is not None
            if self._coming is None:
                return worker
            self._coming = None
            try:
                self.facts = worker.come_up()
                break
            except (WorkerDied, WorkerTimeout, WorkerFailure) as error:
                self._drop()
                # A signal from outside says nothing of the program: another one may live.
                if last or not (isinstance(error, WorkerDied) and error.by_signal):
                    raise self._not_up(error) from None
        assert self.facts is not None
        self._check(self.facts)
        if self.facts.unused_gpus and not self.processes:
            self._warn(
                f"arm {self.arm.text!r}: the CPU is measured, though there is "
                f"{', '.join(self.facts.unused_gpus)}: torch {self.facts.torch} can't use it. "
                "Install a torch built for CUDA and a driver that fits it, or say device=cpu"
            )
        self.processes += 1
        assert self._worker is not None
        return self._worker

    def _not_up(self, error: Exception) -> UserError:
        return UserError(
            f"arm {self.arm.text!r}: its worker did not come up: {error}. Its Python must "
            "have torch and transformers: pip install 'xlbench[measure]'"
        )

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
            request = Load(spec, options.dtype, options.attn, options.runtime, packed)
            try:
                self._loaded = spec, self._ask(lambda worker: worker.load(request))
                self._versions = self._loaded[1].versions
            except CELL_FAILED as error:
                # Every cell of the checkpoint would fail in the same way, after the same wait.
                self._unloadable[identity] = error
                raise
        return self._loaded[1]

    def open(self, task: str, language: str, examples: Sequence[Example]) -> OpenCell:
        """Have a cell opened, unless it is; its examples go without their gold."""
        key = task, language
        if key not in self._open:
            request = Open(task, language, self._packing(task))
            told = self._ask(lambda worker: worker.open(request, examples))
            counted = count(task, language, examples, told.counts)
            self._open[key] = OpenCell(counted, told.batches)
        return self._open[key]

    def visit(self, request: Visit) -> Visited:
        """Run one visit to an open cell."""
        reply = self._ask(lambda worker: worker.visit(request))
        key = request.cell.task, request.cell.language
        # Memory that ran out made them other batches than those that were opened.
        self._open[key] = replace(self._open[key], batches=reply.batches)
        return reply

    def turn(self, cell: Cell, units: Sequence[int]) -> Turned:
        """Run the units of an open cell once."""
        request = Turn(cell, tuple(units))
        return self._ask(lambda worker: worker.turn(request))

    def pin(self, cpus: Sequence[int]) -> None:
        """Move the worker's process to these processors."""
        request = Pin(tuple(cpus))
        self._ask(lambda worker: worker.pin(request))

    def close_cells(self) -> None:
        """Have the worker, if there is one, forget its cells, so that others find room."""
        if self.alive:
            for request in [Close(*key) for key in self._open]:
                self._ask(partial(Worker.close, request=request))
        self._open.clear()

    @property
    def alive(self) -> bool:
        return self._worker is not None and self._worker.alive

    def evidence(self) -> dict[str, Any]:
        """Return what is known of the newest worker, JSON-ready; empty before the first."""
        if self.facts is None:
            return {}
        runtime = {"runtime_versions": self._versions} if self._versions else {}
        return asdict(self.facts) | runtime

    def stop(self) -> None:
        """End the process; the next ``start`` makes a fresh one."""
        if self._worker is not None:
            self._worker.stop()
        self._drop(stopped=True)

    def _ask(self, question: Callable[[Worker], R]) -> R:
        try:
            return question(self.start())
        except (WorkerFailure, UserError):
            raise
        except BaseException:
            # It is gone; or it was left in the middle of a message, and no reply that it gives
            # from now on could be told from one to an earlier request.
            self._drop()
            raise

    def _drop(self, stopped: bool = False) -> None:
        if self._worker is not None and not stopped:
            self._worker.kill()
        self._worker = self._coming = None
        self._loaded = None
        self._open.clear()

    def _packing(self, task: str) -> Packing:
        assert self._loaded is not None
        options = self.arm.options
        tokens = options.tokens_per_batch
        if tokens is None and options.batch_size is None:
            assert self.facts is not None
            tokens = DEFAULT_TOKENS[self.facts.device.partition(":")[0]]
        return Packing(
            padding=options.padding,
            batch_size=options.batch_size,
            tokens_per_batch=tokens,
            max_length=longest_row(TASKS[task], self._loaded[0].positions),
            buckets=options.buckets,
        )


def same_model(one: CheckpointSpec, other: CheckpointSpec) -> bool:
    """Tell whether two descriptions mean one model, head and tokenizer, whatever the task."""
    return replace(one, task=other.task) == other
