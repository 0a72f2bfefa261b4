"""An arm at work: its worker process, the checkpoint in it, the cells open in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlbench.arms import Arm
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.errors import UserError
from xlbench.examples import Example
from xlbench.run.counts import count
from xlbench.workers.launch import DEFAULT_LOADER, Launch
from xlbench.workers.process import Worker, WorkerDied, WorkerFailure, WorkerTimeout
from xlbench.workers.template import Template

DEFAULT_TOKENS = {"cuda": 4096, "cpu": 1024}
"""Padded tokens per offline batch where neither rows nor tokens are asked for."""


class LiveArm:
    """Starts the arm's worker when needed, and starts it anew after a death.

    What the worker must know again (checkpoint, cells) is told again by the caller:
    ``ready`` says whether the present process has the group's checkpoint and cells.

    Attributes:
        processes: workers so far.
        facts: what the newest says of itself.
        timeout_s: seconds that any request to one may take.
        started_for: how they are started.
        template: what they are forked from; ``None``: each is a program of its own.
    """

    def __init__(
        self, arm: Arm, timeout_s: float, warm_up: dict[str, Any], loader: str = DEFAULT_LOADER
    ) -> None:
        self.arm = arm
        self.processes = 0
        self.facts: dict[str, Any] = {}
        self.timeout_s = timeout_s
        self.template: Template | None = None
        self.started_for = Launch(
            python=arm.options.python,
            env=arm.options.env,
            device=arm.options.device,
            threads=arm.options.threads,
            cpus=arm.options.cpus,
            loader=loader,
            warm_up=warm_up,
        )
        self._worker: Worker | None = None
        self._coming: Worker | None = None
        self._loaded: tuple[str, dict[str, Any]] | None = None
        self._open: dict[str, dict[str, Any]] = {}
        self._unloadable: dict[str, Exception] = {}

    def launch(self) -> None:
        """Start a worker if there is none, and don't wait for it: ``start`` does."""
        if self._worker is None or not self._worker.alive:
            self._drop()
            try:
                self._coming = self._worker = Worker(
                    self.started_for, self.timeout_s, wait=False, template=self.template
                )
            except WorkerDied as error:
                raise self._not_up(error) from None

    def start(self) -> Worker:
        """Return the live worker; start one if there is none."""
        self.launch()
        assert self._worker is not None
        if self._coming is not None:
            self._coming = None
            try:
                self.facts = self._worker.come_up()
            except (WorkerDied, WorkerTimeout, WorkerFailure) as error:
                self._drop()
                raise self._not_up(error) from None
            self.processes += 1
        return self._worker

    def _not_up(self, error: Exception) -> UserError:
        return UserError(
            f"arm {self.arm.text!r}: its worker did not come up: {error}. Its Python must "
            "have torch, transformers and numpy."
        )

    def load(self, spec: CheckpointSpec) -> dict[str, Any]:
        """Have the checkpoint loaded; return what that cost (from memory if it is)."""
        worker = self.start()
        identity = repr(spec.to_json())
        if identity in self._unloadable:
            raise self._unloadable[identity]
        if self._loaded is None or self._loaded[0] != identity:
            self._open.clear()
            self._loaded = None
            options = self.arm.options
            request = {
                "op": "load",
                "spec": spec.to_json(),
                "options": {
                    "dtype": options.dtype,
                    "attn": options.attn,
                    "runtime": options.runtime,
                },
            }
            try:
                reply, _ = self._ask(worker, request)
            except (WorkerDied, WorkerTimeout, WorkerFailure, UserError) as error:
                # Every cell of the checkpoint would fail in the same way, after the same wait.
                self._unloadable[identity] = error
                raise
            self._loaded = identity, reply
        return self._loaded[1]

    def open(self, task: str, language: str, examples: Sequence[Example]) -> dict[str, Any]:
        """Send a cell's examples, gold removed; return counts and plan."""
        key = cell_name(task, language)
        if key not in self._open:
            request = {
                "op": "open",
                "key": key,
                "task": task,
                "language": language,
                "packing": self._packing(),
            }
            reply, (counts,) = self._ask(self.start(), request, examples)
            self._open[key] = {**reply, **count(task, language, examples, counts)}
        return self._open[key]

    def visit(self, task: str, language: str, request: dict[str, Any]) -> Any:
        """Run one visit; return the worker's reply and arrays."""
        request = {"op": "visit", "key": cell_name(task, language), **request}
        return self._ask(self.start(), request)

    def turn(self, task: str, language: str, scenario: str, units: Sequence[int]) -> Any:
        """Run the units once; return the worker's reply and samples."""
        request = {
            "op": "turn",
            "key": cell_name(task, language),
            "scenario": scenario,
            "units": list(units),
        }
        return self._ask(self.start(), request)

    def pin(self, cpus: Sequence[int]) -> None:
        """Move the worker's process to these processors."""
        self._ask(self.start(), {"op": "pin", "cpus": list(cpus)})

    def close_cells(self) -> None:
        """Have the worker forget its cells, so that the next group finds room."""
        if self._worker is not None and self._worker.alive:
            for key in list(self._open):
                self._ask(self._worker, {"op": "close", "key": key})
        self._open.clear()

    @property
    def alive(self) -> bool:
        return self._worker is not None and self._worker.alive

    def stop(self) -> None:
        """End the process; the next ``start`` makes a fresh one."""
        if self._worker is not None:
            self._worker.close()
        self._drop(closed=True)

    def _ask(
        self, worker: Worker, request: dict[str, Any], examples: Sequence[Example] | None = None
    ) -> Any:
        try:
            return worker.ask(request, examples)
        except (WorkerDied, WorkerTimeout):
            self._drop()
            raise

    def _drop(self, closed: bool = False) -> None:
        if self._worker is not None and not closed:
            self._worker.kill()
        self._worker = self._coming = None
        self._loaded = None
        self._open.clear()

    def _packing(self) -> dict[str, Any]:
        options = self.arm.options
        tokens = options.tokens_per_batch
        if tokens is None and options.batch_size is None:
            kind = str(self.facts.get("device", "cpu")).partition(":")[0]
            tokens = DEFAULT_TOKENS[kind]
        return {
            "padding": options.padding,
            "batch_size": options.batch_size,
            "tokens_per_batch": tokens,
            "buckets": options.buckets,
        }


def cell_name(task: str, language: str) -> str:
    return f"{task}/{language}"
