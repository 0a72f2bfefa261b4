"""The controller's side of a worker: start, ask, time out, notice death, stop."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from xlbench.errors import UserError
from xlbench.examples import Example, to_wire, without_gold
from xlbench.workers.frames import read_frame, write_frame

DEFAULT_LOADER = "xlbench.workers.loader:load"
_PACKAGE = Path(__file__).resolve().parent.parent
_STDERR_TAIL = 4000
_EXAMPLES_PER_FRAME = 512

# Another interpreter has its own site-packages: it must find this xlbench and nothing else
# of ours, so that its own torch and transformers are the ones that are measured.
_BOOTSTRAP = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location(
    "xlbench", sys.argv[1] + "/__init__.py", submodule_search_locations=[sys.argv[1]])
package = importlib.util.module_from_spec(spec)
sys.modules["xlbench"] = package
spec.loader.exec_module(package)
from xlbench.workers.serve import main
main(int(sys.argv[2]), int(sys.argv[3]))
"""


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


@dataclass(frozen=True, slots=True)
class Launch:
    """How a worker process is started.

    Attributes:
        python: interpreter; ``None``: this one.
        env: variables added to the controller's environment.
        device: ``auto``, ``cpu`` or ``cuda:N``.
        threads: intra-op threads; ``None``: one for each processor allowed.
        cpus: processors allowed; ``None``: those of the controller.
        loader: ``module:function`` or ``file.py:function`` that makes the model.
        warm_up: fields of ``measure.warmup.Rule`` that differ from its defaults.
    """

    python: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    device: str = "auto"
    threads: int | None = None
    cpus: tuple[int, ...] | None = None
    loader: str = DEFAULT_LOADER
    warm_up: Mapping[str, Any] = field(default_factory=dict)


class Worker:
    """A live worker process. Use ``close`` (or ``with``) to end it.

    It dies with the thread that made it (as Linux's PR_SET_PDEATHSIG has it), so make it in
    a thread that lives on.

    Args:
        launch: how to start it.
        timeout_s: seconds that any single request may take.
        wait: wait until it came up; else call ``come_up`` before anything else.

    Raises:
        UserError: the interpreter can't be run.
        WorkerDied, WorkerTimeout, WorkerFailure: it did not come up.
    """

    facts: dict[str, Any]

    def __init__(self, launch: Launch, timeout_s: float = 600.0, wait: bool = True) -> None:
        self._timeout_s = timeout_s
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115
        threads = launch.threads or len(launch.cpus or os.sched_getaffinity(0))
        requests_read, requests_write = os.pipe()
        replies_read, replies_write = os.pipe()
        python = launch.python or sys.executable
        command = [
            python, "-c", _BOOTSTRAP, str(_PACKAGE), str(requests_read), str(replies_write),
        ]  # fmt: skip
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=self._stderr,
                stderr=self._stderr,
                pass_fds=(requests_read, replies_write),
                env=_environment(launch, threads),
                start_new_session=True,
            )
        except OSError as error:
            for fd in (requests_write, replies_read):
                os.close(fd)
            raise UserError(f"python={python}: can't be run: {error.strerror}") from None
        finally:
            os.close(requests_read)
            os.close(replies_write)
        self._requests: BinaryIO = os.fdopen(requests_write, "wb")
        self._replies: BinaryIO = os.fdopen(replies_read, "rb", buffering=0)
        with contextlib.suppress(BrokenPipeError):  # its death shows when the reply is read
            write_frame(self._requests, {
                "op": "hello",
                "device": launch.device,
                "threads": threads,
                "cpus": None if launch.cpus is None else list(launch.cpus),
                "loader": launch.loader,
                "warm_up": dict(launch.warm_up),
            })  # fmt: skip
        if wait:
            self.come_up()

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
        size = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, size - _STDERR_TAIL))
        text = self._stderr.read().decode(errors="replace").strip()
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


def _environment(launch: Launch, threads: int) -> dict[str, str]:
    """The worker's environment: no network, fixed thread counts, then the arm's own."""
    return {
        **os.environ,
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "OMP_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
        "PYTHONUNBUFFERED": "1",
        **launch.env,
    }
