"""A copy of this process as it was when a checkpoint had just been loaded, for its memory.

What a process holds after some cells is not the last cell's alone: libraries keep a kernel for
every shape they met, the allocator keeps what was freed, and the harness keeps texts and token ids.
So the copy is made before the first cell, runs nothing itself, and is copied again for each
measurement: every cell begins with the same memory, in whatever order cells are visited. Both are
forks: what was loaded is shared, not doubled.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import signal
import socket
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

Measure = Callable[[Any], Mapping[str, Any]]
"""From what was asked to what was found, both JSON-ready; run in a fork of the copy."""


_MOST_BYTES = 1 << 17
"""Of an order."""


class ForkLost(Exception):
    """The copy, or its fork, ended without an answer."""


class FreshFork:
    """The copy at the other end of two pipes; make it while nothing has been run yet.

    Args:
        measure: what a fork of it does when asked.
    """

    def __init__(self, measure: Measure) -> None:
        _give_back_free_memory()
        with self._pipes() as (asked, answers):
            self._pid: int | None = _forked(lambda: _serve(asked, answers, lambda: measure))

    @classmethod
    def from_spare(cls, spare: Spare, order: bytes) -> FreshFork:
        """Return one that comes from a spare copy.

        It makes itself ready as ``order`` says when it is asked first: that takes a processor,
        which timed batches would miss.

        Raises:
            ForkLost: the spare copy is gone.
        """
        made = cls.__new__(cls)
        with made._pipes() as (asked, answers):
            spare.fork(order, asked, answers)
        made._pid = None  # no child of this process; it ends with its pipes
        return made

    @contextlib.contextmanager
    def _pipes(self) -> Iterator[tuple[int, int]]:
        """Make both pipes; yield the ends that the copy has."""
        asked, self._asks = os.pipe()
        self._answers, answers = os.pipe()
        try:
            yield asked, answers
        finally:
            os.close(asked)
            os.close(answers)

    def ask(self, question: Any) -> dict[str, Any]:
        """Return what ``measure`` finds in a fork of the copy, once that fork has ended: giving its
        memory back takes a processor, too.

        Raises:
            ForkLost: it found nothing.
        """
        try:
            _write(self._asks, question)
            answer, _ = self._told(), self._told()
        except (OSError, EOFError) as error:
            raise ForkLost(str(error) or "its pipe is closed") from error
        return answer

    def _told(self) -> dict[str, Any]:
        told: dict[str, Any] = _read(self._answers)
        if "error" in told:
            raise ForkLost(told["error"])
        return told

    def close(self) -> None:
        """End the copy."""
        for descriptor in (self._asks, self._answers):
            os.close(descriptor)
        if self._pid is not None:
            _end(self._pid)


class Spare:
    """A copy of this process from before any checkpoint was loaded.

    A process that has loaded one and run its cells is none that another could begin with afresh: so
    the next checkpoint is loaded once more, in a fork of this copy.

    Args:
        ready: makes a fork ready, from an order, and returns what it does when asked.
    """

    def __init__(self, ready: Callable[[bytes], Measure]) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._pid = _forked(lambda: _breed(theirs, ready))
        theirs.close()

    def fork(self, order: bytes, asked: int, answers: int) -> None:
        """Have a fork made that reads questions from ``asked``."""
        try:
            socket.send_fds(self._channel, [order], [asked, answers])
        except OSError as error:
            raise ForkLost(str(error)) from error

    def close(self) -> None:
        """End the copy."""
        self._channel.close()
        _end(self._pid)


def _end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


def _breed(theirs: socket.socket, ready: Callable[[bytes], Measure]) -> None:
    _close_all_but(theirs.fileno())
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a fork ended
    while True:
        order, descriptors, _, _ = socket.recv_fds(theirs, _MOST_BYTES, 2)
        if not order:
            return
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            theirs.close()
            asked, answers = descriptors
            _serve(asked, answers, partial(_made_ready, ready, order))
            return
        for descriptor in descriptors:
            os.close(descriptor)


def _made_ready(ready: Callable[[bytes], Measure], order: bytes) -> Measure:
    measure = ready(order)
    _give_back_free_memory()
    return measure


def _forked(work: Callable[[], None]) -> int:
    """Fork, do ``work`` in the child, and return the child's number.

    From a thread of its own: the pool of threads that OpenMP keeps belongs to the thread that used
    it, and in a child of that thread its workers are gone, so the next parallel region would wait
    for them for ever. A new thread has no pool yet.
    """
    numbers: list[int] = []

    def fork() -> None:
        with warnings.catch_warnings():
            # Other threads wait, or are idle: none holds a lock that the child needs.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid:
            numbers.append(pid)
            return
        _do_and_exit(work)

    thread = threading.Thread(target=fork, name="forks")
    thread.start()
    thread.join()
    return numbers[0]


def _answer(answers: int, measure: Measure, question: Any) -> None:
    _write(answers, measure(question))


def _do_and_exit(work: Callable[[], None]) -> NoReturn:
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _serve(asked: int, answers: int, make: Callable[[], Measure]) -> None:
    """Answer questions until the other end is closed, each by a fork, whose end is told as well.

    Args:
        asked, answers: ends of the pipes.
        make: makes ready, once there is a question.
    """
    _close_all_but(asked, answers)
    measure: Measure | None = None
    with contextlib.suppress(EOFError):
        while True:
            question = _read(asked)
            if measure is None:
                measure = make()
                gc.disable()
            pid = os.fork()
            if not pid:
                _do_and_exit(partial(_answer, answers, measure, question))
            _, status = os.waitpid(pid, 0)
            code = os.waitstatus_to_exitcode(status)
            lost = {"error": f"the fork ended with exit code {code}"}
            _write(answers, lost if status else {})


def _close_all_but(*kept: int) -> None:
    """Close what was inherited: whoever waits for its end must not wait for this process, too."""
    for descriptor in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
        if descriptor > 2 and descriptor not in kept:
            with contextlib.suppress(OSError):
                os.close(descriptor)


def _give_back_free_memory() -> None:
    """Hand freed memory back to the system, where the C library has a call for it (glibc's)."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _write(descriptor: int, message: Any) -> None:
    data = json.dumps(message).encode()
    left = memoryview(len(data).to_bytes(8, "big") + data)
    while left:
        left = left[os.write(descriptor, left) :]


def _read(descriptor: int) -> Any:
    return json.loads(_exactly(descriptor, int.from_bytes(_exactly(descriptor, 8), "big")))


def _exactly(descriptor: int, count: int) -> bytes:
    parts = []
    while count:
        part = os.read(descriptor, count)
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
