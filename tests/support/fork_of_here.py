"""A fork server that is a fork of this process, once this process made the imports of workers."""

from __future__ import annotations

import importlib
import os
import socket
import sys
import traceback
import warnings
from typing import NoReturn

from xlbench.workers import forking
from xlbench.workers.fork_server import ForkServer
from xlbench.workers.forked import ForkedProcess
from xlbench.workers.launch import Launch


class ForkOfHere(ForkServer):
    """Made at once; nothing may have been computed here yet, and nothing be captured."""

    def __init__(self, launch: Launch) -> None:
        super().__init__(launch)
        importlib.import_module(launch.program).prepare(launch.loader)
        self.renew()

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with warnings.catch_warnings():
            # The other thread here waits for the process that divides the tests: it holds no lock.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            _serve(theirs.fileno(), self._launch, self._stderr.fileno())
        theirs.close()
        self._channel = ours
        self._process = ForkedProcess(pid, forking.reap)


def _serve(channel: int, launch: Launch, told: int) -> NoReturn:
    """Become what the program of a fork server is; nothing else of this process is kept open."""
    code = 1
    try:
        os.dup2(told, 1)
        os.dup2(told, 2)
        os.closerange(3, channel)
        os.closerange(channel + 1, os.sysconf("SC_OPEN_MAX"))
        sys.stdout, sys.stderr = (os.fdopen(fd, "w", buffering=1, closefd=False) for fd in (1, 2))
        os.environ.update(launch.environment())
        _offline()
        forking.main(str(channel), launch.program, launch.loader)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _offline() -> None:
    """Do what the environment of a worker does where the Hub's client is imported under it."""
    from huggingface_hub import constants

    constants.HF_HUB_OFFLINE = True
