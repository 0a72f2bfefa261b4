"""A forked worker process, seen from a process that is not its parent."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
from collections.abc import Callable


class ForkedProcess:
    """A fork, with the part of ``subprocess.Popen`` that a worker needs.

    Its life is seen through a descriptor of the process, so that looking wakes nobody; its
    exit code only its parent knows.

    Args:
        pid: of the fork, which nobody has reaped.
        reap: has its parent reap it within some seconds and returns the exit code; ``None``:
            the parent does not know, or is gone.
    """

    def __init__(self, pid: int, reap: Callable[[int, float], int | None]) -> None:
        self.pid = pid
        self._ask_parent = reap
        self._code: int | None = None
        # Nobody but its parent can reap it, and only when told to: the number is still its.
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
        self._code = self._ask_parent(self.pid, 5.0)
        if self._code is None:
            # Its parent is gone, and had it killed with itself.
            self._code = -signal.SIGKILL
        os.close(self._descriptor)
