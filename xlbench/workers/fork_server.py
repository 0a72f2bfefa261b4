"""A process that has imported what workers need and forks them: a pair in no time.

The imports of torch and transformers take seconds of processor time, most of a short
comparison if every worker makes them. The server makes them once; a worker is then a fork
of it that has loaded and computed nothing yet. What a process draws for its life is drawn
anew in each fork: physical memory by the kernel, the places of what is loaded by
``forking.shake``. What only a new program image draws (addresses of libraries, the hash
seed) all forks of a server share, so it is the same for both arms of a comparison.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import IO, Any

from xlbench.workers.forked import ForkedProcess
from xlbench.workers.launch import Launch, last_words

MESSAGE_BYTES = 65536


class ForkServerGone(Exception):
    """The server ended or does not answer; the message has its last words."""


RENEWAL = 10
"""A server serves this many times as long as it took to come up, then a new one is made."""


def can_fork() -> bool:
    """Tell whether this system has what a fork server needs: Linux from 5.3, not forbidden."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


class ForkServer:
    """A server process that can be renewed; ``renew`` makes the first.

    Like a worker it dies with the thread that made it, and its forks die with it.

    Args:
        launch: interpreter, environment and loader; nothing else of it is used.
        timeout_s: seconds that the imports may take.

    Attributes:
        made: server processes so far.
    """

    def __init__(self, launch: Launch, timeout_s: float = 600.0) -> None:
        self.made = 0
        self._launch, self._timeout_s = launch, timeout_s
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._cost_s = 0.0
        self._ready_at = 0.0

    def renew(self) -> bool:
        """Make the process if there is none, or a new one if it served long; wait for it.

        Forks of the old one end with it.

        Returns:
            Whether one was made.

        Raises:
            ForkServerGone: it did not come up.
        """
        if self._process is not None:
            served = time.monotonic() - self._ready_at
            if self._process.poll() is None and served < RENEWAL * self._cost_s:
                return False
        self._end()
        began = time.monotonic()
        self._start()
        self._receive(self._timeout_s)
        self.made += 1
        self._ready_at = time.monotonic()
        self._cost_s = self._ready_at - began
        return True

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel = ours
        with theirs:
            try:
                self._process = self._launch.popen(
                    "xlbench.workers.forking",
                    (theirs.fileno(),),
                    self._stderr,
                    self._launch.program,
                    self._launch.loader,
                )
            except OSError as error:
                raise ForkServerGone(
                    f"{self._launch.interpreter} can't be run: {error.strerror}"
                ) from None

    def fork(self, requests: int, replies: int, stderr: int) -> ForkedProcess:
        """Return a new worker process that reads ``requests`` and writes ``replies``.

        Args:
            requests, replies, stderr: file descriptors; they stay open here.

        Raises:
            ForkServerGone: the server can't fork.
        """
        reply = self._ask({"op": "fork"}, (requests, replies, stderr))
        return ForkedProcess(reply["pid"], self._reap)

    def close(self) -> None:
        """End the server, and with it whatever it forked and is still there."""
        self._end()
        self._stderr.close()

    def _end(self) -> None:
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._channel = None

    def __enter__(self) -> ForkServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _reap(self, pid: int, wait_s: float) -> int | None:
        """Return the exit code of a fork (below 0: the signal); ``None``: not known."""
        try:
            code: int | None = self._ask({"op": "reap", "pid": pid, "wait_s": wait_s})["code"]
        except ForkServerGone:
            return None
        return code

    def _ask(self, request: dict[str, Any], descriptors: Sequence[int] = ()) -> dict[str, Any]:
        if self._channel is None:
            raise ForkServerGone("it was not started")
        try:
            socket.send_fds(self._channel, [json.dumps(request).encode()], list(descriptors))
        except OSError:
            raise self._gone() from None
        return self._receive(10.0 + request.get("wait_s", 0.0))

    def _receive(self, timeout_s: float) -> dict[str, Any]:
        assert self._channel is not None
        self._channel.settimeout(timeout_s)
        try:
            message = self._channel.recv(MESSAGE_BYTES)
        except TimeoutError:
            raise ForkServerGone(f"no answer within {timeout_s:g} s") from None
        except OSError:
            raise self._gone() from None
        if not message:
            raise self._gone()
        reply: dict[str, Any] = json.loads(message)
        return reply

    def _gone(self) -> ForkServerGone:
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5.0)
        words = last_words(self._stderr)
        code = self._process.poll()
        return ForkServerGone(f"it ended with exit code {code}" + (f":\n{words}" if words else ""))
