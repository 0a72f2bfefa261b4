"""A worker's process as the controller holds it: two pipes, its last words, its end."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from typing import IO, BinaryIO, Protocol

from xlbench.errors import UserError
from xlbench.workers.errors import WorkerDied
from xlbench.workers.fork_server import ForkServer, ForkServerGone
from xlbench.workers.launch import Launch, last_words

WAITING_S = 1.0
"""So seldom that a batch that is being timed does not feel it."""


class Process(Protocol):
    """What is needed of a process: as ``subprocess.Popen`` has it."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def kill(self) -> None: ...


class WorkerProcess:
    """A process that reads requests and writes replies.

    It dies with the thread that made it (as Linux's PR_SET_PDEATHSIG has it), so make it in
    a thread that lives on.

    Args:
        launch: how to start it.
        fork_server: fork it from this one, which was started for a launch ``alike``; ``None``: a
            program of its own.

    Raises:
        UserError: the interpreter can't be run.
        WorkerDied: what it is to be forked from is gone.
    """

    def __init__(self, launch: Launch, fork_server: ForkServer | None) -> None:
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        requests_read, requests_write = os.pipe()
        replies_read, replies_write = os.pipe()
        try:
            self._process = self._started(launch, requests_read, replies_write, fork_server)
        except BaseException:
            for descriptor in (requests_write, replies_read):
                os.close(descriptor)
            self._stderr.close()
            raise
        finally:
            os.close(requests_read)
            os.close(replies_write)
        os.set_blocking(requests_write, False)
        self._requests: BinaryIO = os.fdopen(requests_write, "wb", buffering=0)
        self._replies: BinaryIO = os.fdopen(replies_read, "rb", buffering=0)

    def _started(
        self, launch: Launch, requests: int, replies: int, fork_server: ForkServer | None
    ) -> Process:
        if fork_server is not None:
            try:
                return fork_server.fork(requests, replies, self._stderr.fileno())
            except ForkServerGone as error:
                raise WorkerDied(f"the process that workers are forked from: {error}") from None
        try:
            return launch.popen(launch.program, (requests, replies), self._stderr)
        except OSError as error:
            raise UserError(f"python={launch.python}: can't be run: {error.strerror}") from None

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def requests(self, timeout_s: float) -> BinaryIO:
        """Return what it reads; writing raises ``TimeoutError`` once the time is over."""
        return _PatientWriter(self._requests, time.monotonic() + timeout_s)  # type: ignore[return-value]

    def replies(self, timeout_s: float, waiting: Callable[[], None]) -> BinaryIO:
        """Return what it writes; reading raises ``TimeoutError`` once the time is over.

        Args:
            timeout_s: seconds.
            waiting: called every ``WAITING_S`` for as long as nothing comes.
        """
        deadline = time.monotonic() + timeout_s
        return _Patient(self._replies, deadline, waiting)  # type: ignore[return-value]

    def wait(self, timeout_s: float) -> None:
        """Wait for its end.

        Raises:
            subprocess.TimeoutExpired: it did not end in time.
        """
        self._process.wait(timeout_s)

    def kill(self) -> None:
        """End it at once, with the processes that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        # A fork that had no time to become a group of its own is not in that group.
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(BrokenPipeError):
            self._requests.close()
        self._replies.close()
        self._stderr.close()

    def signal_end(self) -> None:
        """Send SIGKILL, and keep its last words readable; ``kill`` must follow."""
        self._process.kill()

    def death(self) -> WorkerDied:
        """Return how it ended, after its pipe was found closed."""
        try:
            code = self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        if code < 0:
            name = signal_name(-code)
            hint = " (often: the system ran out of memory)" if name == "SIGKILL" else ""
            how = f"was killed by {name}{hint}"
        else:
            how = f"ended with exit code {code}"
        return WorkerDied(f"the worker {how}{self.last_words()}", by_signal=code < 0)

    def last_words(self) -> str:
        """Return the end of what it wrote to its standard error, ready to follow a sentence."""
        if self._stderr.closed:
            return ""
        text = last_words(self._stderr)
        return f"; its last words:\n{text}" if text else ""


def signal_name(number: int) -> str:
    """Return the name of a signal; Python has none for most of the real-time signals."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


class _PatientWriter:
    """Writes to a pipe whose reader may have stopped reading, but not past a deadline."""

    def __init__(self, stream: BinaryIO, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def write(self, data: bytes | memoryview) -> None:
        left = memoryview(data)
        while left:
            wait_s = self._deadline - time.monotonic()
            _, ready, _ = select.select([], [self._stream], [], max(0.0, wait_s))
            if not ready:
                raise TimeoutError
            # Not blocking: ``None`` where the pipe was filled up meanwhile.
            left = left[self._stream.write(left) or 0 :]

    def flush(self) -> None:
        """Nothing is held back."""


class _Patient:
    """Reads from a pipe, but not past a deadline; now and then says that nothing came yet."""

    def __init__(self, stream: BinaryIO, deadline: float, waiting: Callable[[], None]) -> None:
        self._stream, self._deadline, self._waiting = stream, deadline, waiting

    def read(self, count: int) -> bytes:
        while True:
            left = self._deadline - time.monotonic()
            ready, _, _ = select.select([self._stream], [], [], max(0.0, min(left, WAITING_S)))
            if ready:
                return self._stream.read(count) or b""
            if left <= WAITING_S:
                raise TimeoutError
            self._waiting()
