"""The controller's side of a worker: start, ask, time out, notice death, stop."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import BinaryIO, TypeVar

from xlbench.errors import UserError
from xlbench.examples import Example
from xlbench.tasks.wire import without_gold
from xlbench.workers.codec import ProtocolError, receive, send
from xlbench.workers.errors import WorkerFailure, WorkerTimeout
from xlbench.workers.fork_server import ForkServer
from xlbench.workers.launch import Launch
from xlbench.workers.predicted import joined
from xlbench.workers.process import WorkerProcess
from xlbench.workers.protocol import (
    Close,
    Done,
    Examples,
    Failed,
    Hello,
    Load,
    Loaded,
    Message,
    Open,
    Opened,
    Pin,
    Predicted,
    Request,
    Stop,
    Turn,
    Turned,
    Visit,
    Visited,
    WorkerFacts,
)

_EXAMPLES_PER_FRAME = 512
_STOP_S = 5.0

R = TypeVar("R")


class Worker:
    """A live worker. Use ``stop`` (or ``with``) to end it.

    Every request may raise ``UserError`` (the worker says that the user's input is at fault),
    ``WorkerFailure`` (it failed; ``alive`` tells whether the worker lives), ``WorkerDied`` or
    ``WorkerTimeout`` (the worker is gone).

    Args:
        launch: how to start it.
        timeout_s: seconds that any single request may take.
        wait: wait until it came up; else call ``come_up`` before anything else.
        fork_server: what to fork it from; ``None``: it is a program of its own.
        waiting: called now and then while an answer is waited for.

    Attributes:
        facts: what it says of itself, once it came up.

    Raises:
        UserError: the interpreter can't be run.
        WorkerDied, WorkerTimeout, WorkerFailure: it did not come up.
    """

    facts: WorkerFacts

    def __init__(
        self,
        launch: Launch,
        timeout_s: float = 600.0,
        wait: bool = True,
        fork_server: ForkServer | None = None,
        waiting: Callable[[], None] = lambda: None,
    ) -> None:
        self._timeout_s, self._waiting = timeout_s, waiting
        self._process = WorkerProcess(launch, fork_server)
        with contextlib.suppress(BrokenPipeError):  # its death shows when the reply is read
            send(
                self._process.requests(self._timeout_s),
                Hello(launch.device, launch.thread_count, launch.cpus, launch.loader),
            )
        if wait:
            self.come_up()

    def come_up(self) -> WorkerFacts:
        """Wait until the worker is there; return what it says of itself."""
        try:
            self.facts = self._reply(WorkerFacts)
        except BaseException:
            self.kill()
            raise
        return self.facts

    def load(self, request: Load) -> Loaded:
        return self._ask(request, Loaded)

    def open(self, request: Open, examples: Iterable[Example]) -> Opened:
        """Open a cell; the examples are sent without their gold."""
        return self._ask(request, Opened, examples)

    def visit(self, request: Visit) -> Visited:
        reply = self._ask(request, Visited)
        if not request.predictions:
            return reply
        try:
            return joined(reply, self._predicted())
        except BaseException:
            self.kill()  # what is left in the pipe would be taken for the next reply
            raise

    def turn(self, request: Turn) -> Turned:
        return self._ask(request, Turned)

    def pin(self, request: Pin) -> None:
        self._ask(request, Done)

    def close(self, request: Close) -> None:
        self._ask(request, Done)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def alive(self) -> bool:
        return self._process.alive

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        """End the worker in good order; kill it if it does not go."""
        if self.alive:
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                send(self._process.requests(_STOP_S), Stop())
                self._process.wait(_STOP_S)
        self.kill()

    def kill(self) -> None:
        """End the worker at once, with the processes that it started."""
        self._process.kill()

    def _ask(self, request: Request, kind: type[R], examples: Iterable[Example] | None = None) -> R:
        requests = self._process.requests(self._timeout_s)
        try:
            send(requests, request)
            if examples is not None:
                self._send_all(requests, examples)
        except BrokenPipeError:
            raise self._process.death() from None
        except TimeoutError:
            raise self._timeout("took no request") from None
        return self._reply(kind)

    def _send_all(self, requests: BinaryIO, examples: Iterable[Example]) -> None:
        parts = _parts(examples)
        while True:
            try:
                part = next(parts, None)
            except Exception:
                # A row that can't be read must not leave the worker waiting for those behind it:
                # it would take the next request for one of them.
                send(requests, Examples((), last=True, broken_off=True))
                self._read()
                raise
            if part is None:
                return
            send(requests, part)

    def _predicted(self) -> Iterator[Predicted]:
        """Yield the frames behind a visit."""
        while not (frame := self._reply(Predicted)).last:
            yield frame

    def _reply(self, kind: type[R]) -> R:
        reply = self._read()
        if isinstance(reply, Failed):
            if reply.ends:  # a lost context may keep the process from ending by itself
                self.kill()
            if reply.kind == "user":
                raise UserError(reply.error)
            raise WorkerFailure(reply.error, reply.traceback)
        if not isinstance(reply, kind):
            raise ProtocolError(f"expected {kind.__name__}, found {reply}")
        return reply

    def _read(self) -> Message:
        try:
            return receive(self._process.replies(self._timeout_s, self._waiting))
        except EOFError:
            raise self._process.death() from None
        except TimeoutError:
            raise self._timeout("no answer") from None

    def _timeout(self, what: str) -> WorkerTimeout:
        self._process.signal_end()
        return WorkerTimeout(
            f"{what} within {self._timeout_s:g} s; the worker was killed"
            f"{self._process.last_words()}"
        )


def _parts(examples: Iterable[Example]) -> Iterator[Examples]:
    """Yield frames of examples, the last of which says so (and may be empty)."""
    told = map(without_gold, examples)
    while some := tuple(islice(told, _EXAMPLES_PER_FRAME)):
        yield Examples(some, last=False)
    yield Examples((), last=True)
