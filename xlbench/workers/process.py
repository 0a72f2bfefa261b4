"""The controller's side of a worker: start, ask, time out, notice death, stop."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable
from typing import IO, Any, BinaryIO, Protocol

import numpy as np

from xlbench.errors import UserError
from xlbench.examples import Example, to_wire, without_gold
from xlbench.workers.frames import read_frame, write_frame
from xlbench.workers.launch import Launch, last_words
from xlbench.workers.template import Template, TemplateGone

_EXAMPLES_PER_FRAME = 512


class WorkerDied(Exception):
    """The worker process ended; the message says how, with the tail of its stderr."""


class WorkerTimeout(Exception):
    """The worker did not answer within the time allowed and was killed."""


class WorkerFailure(Exception):
    """A request failed inside the worker, which lives on.

    Attributes:
        traceback: the worker's traceback.
    """

    def __init__(self, message: str, traceback: str) -> None:
        super().__init__(message)
        self.traceback = traceback


class Process(Protocol):
    """What a worker needs of its process: as ``subprocess.Popen`` has it."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def kill(self) -> None: ...


class Worker:
    """A live worker process. Use ``close`` (or ``with``) to end it.

    It dies with the thread that made it (as Linux's PR_SET_PDEATHSIG has it), so make it in
    a thread that lives on.

    Args:
        launch: how to start it.
        timeout_s: seconds that any single request may take.
        wait: wait until it came up; else call ``come_up`` before anything else.
        template: fork it from this one, which was started for a launch ``alike``; ``None``: a
            program of its own.

    Raises:
        UserError: the interpreter can't be run.
        WorkerDied, WorkerTimeout, WorkerFailure: it did not come up.
    """

    facts: dict[str, Any]

    def __init__(
        self,
        launch: Launch,
        timeout_s: float = 600.0,
        wait: bool = True,
        template: Template | None = None,
    ) -> None:
        self._timeout_s = timeout_s
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        requests_read, requests_write = os.pipe()
        replies_read, replies_write = os.pipe()
        try:
            self._process = self._started(launch, requests_read, replies_write, template)
        except BaseException:
            for descriptor in (requests_write, replies_read):
                os.close(descriptor)
            self._stderr.close()
            raise
        finally:
            os.close(requests_read)
            os.close(replies_write)
        self._requests: BinaryIO = os.fdopen(requests_write, "wb")
        self._replies: BinaryIO = os.fdopen(replies_read, "rb", buffering=0)
        with contextlib.suppress(BrokenPipeError):  # its death shows when the reply is read
            write_frame(
                self._requests,
                {
                    "op": "hello",
                    "device": launch.device,
                    "threads": launch.thread_count,
                    "cpus": None if launch.cpus is None else list(launch.cpus),
                    "loader": launch.loader,
                    "warm_up": dict(launch.warm_up),
                },
            )
        if wait:
            self.come_up()

    def _started(
        self, launch: Launch, requests: int, replies: int, template: Template | None
    ) -> Process:
        if template is not None:
            try:
                return template.fork(requests, replies, self._stderr.fileno())
            except TemplateGone as error:
                raise WorkerDied(f"the process that workers are forked from: {error}") from None
        try:
            return launch.popen("xlbench.workers.serve", (requests, replies), self._stderr)
        except OSError as error:
            raise UserError(f"python={launch.python}: can't be run: {error.strerror}") from None

    def come_up(self) -> dict[str, Any]:
        """Wait until the worker is there; return what it says of itself.

        Raises:
            UserError, WorkerDied, WorkerTimeout, WorkerFailure: it did not come up.
        """
        try:
            self.facts, _ = self._answer()
        except BaseException:
            self.kill()
            raise
        return self.facts

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(
        self, request: dict[str, Any], examples: Iterable[Example] | None = None
    ) -> tuple[dict[str, Any], list[np.ndarray]]:
        """Send a request (with examples behind it, gold removed) and return the reply.

        Raises:
            UserError: the worker says that the user's input is at fault.
            WorkerFailure: the request failed; the worker lives.
            WorkerDied, WorkerTimeout: the worker is gone.
        """
        try:
            write_frame(self._requests, request)
            if examples is not None:
                self._send(examples)
        except BrokenPipeError:
            raise self._death() from None
        return self._answer()

    def _answer(self) -> tuple[dict[str, Any], list[np.ndarray]]:
        reply, arrays = self._read()
        if "error" in reply:
            if reply["kind"] == "user":
                raise UserError(reply["error"])
            raise WorkerFailure(reply["error"], reply["traceback"])
        return reply, arrays

    def close(self) -> None:
        """End the worker in good order; kill it if it does not go."""
        if self.alive:
            with contextlib.suppress(WorkerDied, WorkerTimeout, WorkerFailure, OSError):
                self._timeout_s = 5.0
                self.ask({"op": "stop"})
                self._process.wait(5.0)
        self.kill()

    def kill(self) -> None:
        """End the worker at once, with the processes that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        # A fork that had no time to become a group of its own is not in that group.
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(BrokenPipeError):
            self._requests.close()
        self._replies.close()
        self._stderr.close()

    def _send(self, examples: Iterable[Example]) -> None:
        rows: list[Any] = []
        for example in examples:
            rows.append(to_wire(without_gold(example)))
            if len(rows) == _EXAMPLES_PER_FRAME:
                write_frame(self._requests, {"examples": rows, "last": False})
                rows = []
        write_frame(self._requests, {"examples": rows, "last": True})

    def _read(self) -> tuple[dict[str, Any], list[np.ndarray]]:
        deadline = time.monotonic() + self._timeout_s
        try:
            return read_frame(_Patient(self._replies, deadline))  # type: ignore[arg-type]
        except EOFError:
            raise self._death() from None
        except TimeoutError:
            self._process.kill()
            tail = self._tail()
            raise WorkerTimeout(
                f"no answer within {self._timeout_s:g} s; the worker was killed{tail}"
            ) from None

    def _death(self) -> WorkerDied:
        try:
            code = self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        if code < 0:
            name = signal.Signals(-code).name
            hint = " (often: the system ran out of memory)" if name == "SIGKILL" else ""
            how = f"was killed by {name}{hint}"
        else:
            how = f"ended with exit code {code}"
        return WorkerDied(f"the worker {how}{self._tail()}")

    def _tail(self) -> str:
        if self._stderr.closed:
            return ""
        text = last_words(self._stderr)
        return f"; its last words:\n{text}" if text else ""


class _Patient:
    """Reads from a pipe, but not past a deadline."""

    def __init__(self, stream: BinaryIO, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, count: int) -> bytes:
        left = self._deadline - time.monotonic()
        ready, _, _ = select.select([self._stream], [], [], max(0.0, left))
        if not ready:
            raise TimeoutError
        return self._stream.read(count) or b""
