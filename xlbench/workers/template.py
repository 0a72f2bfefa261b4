"""A process that has imported what workers need and forks them: a pair in no time.

The imports of torch and transformers take seconds of processor time, most of a short
comparison if every worker makes them. The template makes them once; a worker is then a fork
of it that has loaded and computed nothing yet. What a process draws for its life is drawn
anew in each fork: physical memory by the kernel, the places of what is loaded by
``fork_server.shake``. What only a new program image draws (addresses of libraries, the hash
seed) all forks of a template share, so it is the same for both arms of a comparison.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import IO, Any

from xlbench.workers.launch import Launch, last_words

MESSAGE_BYTES = 65536


class TemplateGone(Exception):
    """The template ended or does not answer; the message has its last words."""


RENEWAL = 10
"""A template serves this many times as long as it took to come up, then a new one is made."""


def can_fork() -> bool:
    """Tell whether this system has what a template needs: Linux from 5.3, not forbidden."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


class Template:
    """A template process that can be renewed; ``renew`` makes the first.

    Like a worker it dies with the thread that made it, and its forks die with it.

    Args:
        launch: interpreter, environment and loader; nothing else of it is used.
        timeout_s: seconds that the imports may take.

    Attributes:
        made: template processes so far.
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
            TemplateGone: it did not come up.
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
                    "xlbench.workers.fork_server",
                    (theirs.fileno(),),
                    self._stderr,
                    self._launch.program,
                    self._launch.loader,
                )
            except OSError as error:
                raise TemplateGone(
                    f"{self._launch.interpreter} can't be run: {error.strerror}"
                ) from None

    def fork(self, requests: int, replies: int, stderr: int) -> ForkedProcess:
        """Return a new worker process that reads ``requests`` and writes ``replies``.

        Args:
            requests, replies, stderr: file descriptors; they stay open here.

        Raises:
            TemplateGone: the template can't fork.
        """
        reply = self._ask({"op": "fork"}, (requests, replies, stderr))
        return ForkedProcess(self, reply["pid"])

    def reap(self, pid: int, wait_s: float) -> int | None:
        """Return the exit code of a fork (below 0: the signal); ``None``: still there."""
        code: int | None = self._ask({"op": "reap", "pid": pid, "wait_s": wait_s})["code"]
        return code

    def close(self) -> None:
        """End the template, and with it whatever it forked and is still there."""
        self._end()
        self._stderr.close()

    def _end(self) -> None:
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._channel = None

    def __enter__(self) -> Template:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, request: dict[str, Any], descriptors: Sequence[int] = ()) -> dict[str, Any]:
        if self._channel is None:
            raise TemplateGone("it was not started")
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
            raise TemplateGone(f"no answer within {timeout_s:g} s") from None
        except OSError:
            raise self._gone() from None
        if not message:
            raise self._gone()
        reply: dict[str, Any] = json.loads(message)
        return reply

    def _gone(self) -> TemplateGone:
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5.0)
        words = last_words(self._stderr)
        code = self._process.poll()
        return TemplateGone(f"it ended with exit code {code}" + (f":\n{words}" if words else ""))


class ForkedProcess:
    """A fork, with the part of ``subprocess.Popen`` that a worker needs.

    Its life is seen through a descriptor of the process, so that looking wakes nobody; its
    exit code only its parent knows.
    """

    def __init__(self, template: Template, pid: int) -> None:
        self.pid = pid
        self._template = template
        self._code: int | None = None
        # Nobody but the template can reap it, and only when told to: the number is still its.
        self._descriptor = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """Return the exit code, or ``None`` while it runs."""
        if self._code is None and self._ended(0.0):
            self._reap()
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code once it ended.

        Raises:
            subprocess.TimeoutExpired: it did not end in time.
        """
        if self._code is None:
            if not self._ended(timeout):
                raise subprocess.TimeoutExpired("worker", timeout or 0.0)
            self._reap()
        assert self._code is not None
        return self._code

    def kill(self) -> None:
        """Send SIGKILL."""
        if self._code is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)

    def _ended(self, timeout: float | None) -> bool:
        poller = select.poll()
        poller.register(self._descriptor, select.POLLIN)
        return bool(poller.poll(None if timeout is None else timeout * 1000))

    def _reap(self) -> None:
        with contextlib.suppress(TemplateGone):
            self._code = self._template.reap(self.pid, 5.0)
        if self._code is None:
            # Its parent is gone, and had it killed with itself.
            self._code = -signal.SIGKILL
        os.close(self._descriptor)
