"""An arm's worker process: there when it is needed, and there again after a death."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from xlbench.arms import Arm
from xlbench.errors import UserError
from xlbench.session.thread_gain import LEAST_GAIN
from xlbench.workers.client import Worker
from xlbench.workers.errors import WorkerDied, WorkerFailure, WorkerTimeout
from xlbench.workers.fork_server import ForkServer
from xlbench.workers.launch import Launch
from xlbench.workers.protocol import WorkerFacts

R = TypeVar("R")

COMPILE_S = 1800.0
"""Seconds that a request may take longer where a model is compiled for each of its shapes."""


class ArmProcess:
    """Starts an arm's worker when it is asked something, one at a time.

    Args:
        arm: whose interpreter, environment, device and processors it gets.
        timeout_s: seconds that any request may take, compilation aside.
        loader: makes the model.
        lost: told that the present process is gone, and with it all that it was told.
        check: told what a worker says of itself; raises where it is not what is wanted.
        warn: told, at the first worker, what the user should know of the device.
        waiting: called now and then while the worker is waited for.

    Attributes:
        count: workers so far.
        facts: what the newest says of itself; ``None`` before the first.
        launch: how they are started.
        fork_server: what they are forked from; ``None``: each is a program of its own.
    """

    def __init__(
        self,
        arm: Arm,
        timeout_s: float,
        loader: str,
        lost: Callable[[], None],
        check: Callable[[WorkerFacts], None],
        warn: Callable[[str], None],
        waiting: Callable[[], None],
    ) -> None:
        self.count = 0
        self.facts: WorkerFacts | None = None
        self.timeout_s = timeout_s + (COMPILE_S if arm.options.runtime == "compile" else 0.0)
        self.fork_server: ForkServer | None = None
        self.launch = Launch(
            python=arm.options.python,
            env=arm.options.env,
            device=arm.options.device,
            threads=arm.options.threads,
            cpus=arm.options.cpus,
            loader=loader,
        )
        self._name = arm.text
        self._worker: Worker | None = None
        self._coming: Worker | None = None
        self._lost, self._check, self._warn, self._waiting = lost, check, warn, waiting

    def begin_start(self) -> None:
        """Start a worker if there is none, and don't wait for it: ``start`` does.

        Raises:
            UserError: it can't be started.
        """
        if self._worker is None or not self._worker.alive:
            self._drop()
            try:
                self._coming = self._worker = Worker(
                    self.launch,
                    self.timeout_s,
                    wait=False,
                    fork_server=self.fork_server,
                    waiting=self._waiting,
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
        if self.facts.unused_gpus and not self.count:
            self._warn(
                f"arm {self._name!r}: the CPU is measured, though there is "
                f"{', '.join(self.facts.unused_gpus)}: torch {self.facts.torch} can't use it. "
                "Install a torch built for CUDA and a driver that fits it, or say device=cpu"
            )
        gain = self.facts.thread_gain
        if gain is not None and gain < LEAST_GAIN and not self.count:
            self._warn(
                f"arm {self._name!r}: {self.facts.threads} threads take {1 / gain:.1f} times as "
                "long as one for a product of matrices, as they do beside other work: give "
                "threads=1, or stop the other work"
            )
        self.count += 1
        assert self._worker is not None
        return self._worker

    def ask(self, question: Callable[[Worker], R]) -> R:
        """Return what the worker, started if there is none, answers to a question."""
        try:
            return question(self.start())
        except (WorkerFailure, UserError):
            raise
        except BaseException:
            # It is gone; or it was left in the middle of a message, and no reply that it gives
            # from now on could be told from one to an earlier request.
            self._drop()
            raise

    @property
    def alive(self) -> bool:
        return self._worker is not None and self._worker.alive

    def stop(self) -> None:
        """End the process; the next ``start`` makes a fresh one."""
        if self._worker is not None:
            self._worker.stop()
        self._forget()

    def kill(self) -> None:
        """End the process at once; the next ``start`` makes a fresh one."""
        self._drop()

    def _drop(self) -> None:
        if self._worker is not None:
            self._worker.kill()
        self._forget()

    def _forget(self) -> None:
        self._worker = self._coming = None
        self._lost()

    def _not_up(self, error: Exception) -> UserError:
        return UserError(
            f"arm {self._name!r}: its worker did not come up: {error}. Its Python must "
            "have torch and transformers: pip install 'xlbench[measure]'"
        )
