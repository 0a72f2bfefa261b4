"""xlbench called as a program, without starting one: exit code and both outputs are the same.

An interpreter's start and its imports cost a second of processor time for each call. Tests of
what only a process has (signals, a kill) fork one from their own; what only a fresh one shows
(its imports, its memory) starts one.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from xlbench.cli.main import main


@dataclass(frozen=True, slots=True)
class Done:
    """What is left of a program that ended, named as ``subprocess`` names it."""

    returncode: int
    stdout: str
    stderr: str


def call(*arguments: object, cwd: Path | None = None) -> Done:
    """Return what ``xlbench`` printed and how it ended; all arguments as the shell has them."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        contextlib.chdir(cwd or Path.cwd()),
        mock.patch.object(sys, "argv", ["xlbench", *map(str, arguments)]),
    ):
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    return Done(code if isinstance(code, int) else 0, out.getvalue(), err.getvalue())


class Forked:
    """``xlbench`` in a process that is forked from this one; its outputs go to files.

    Args:
        folder: for the files.
        arguments: all of them, as the shell has them.
    """

    def __init__(self, folder: Path, *arguments: object) -> None:
        self._out, self._err = folder / "stdout", folder / "stderr"
        self._process = multiprocessing.get_context("fork").Process(
            target=_own_process, args=(arguments, self._out, self._err)
        )
        self._process.start()

    def signal_when(self, ready: Callable[[], object], number: int) -> None:
        """Send a signal as soon as something is so; fail where the program ends before."""
        pid = self._process.pid
        assert pid is not None
        while not ready():
            assert self._process.is_alive(), self._err.read_text()
            time.sleep(0.005)
        os.kill(pid, number)

    def end(self, within_s: float) -> Done:
        """Return what is left once it has ended; the code of one that was killed is negative."""
        self._process.join(within_s)
        if self._process.is_alive():
            self._process.kill()
            raise AssertionError(f"it did not end within {within_s} s")
        code = self._process.exitcode
        assert code is not None
        return Done(code, self._out.read_text(), self._err.read_text())


def _own_process(arguments: tuple[object, ...], out: Path, err: Path) -> None:
    # Whoever runs the tests in the background has interrupts ignored, and handed that down.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with out.open("w") as stdout, err.open("w") as stderr:
        sys.stdout, sys.stderr = stdout, stderr
        sys.argv = ["xlbench", *map(str, arguments)]
        main()
