"""xlbench called as a program, without starting one: exit code and both outputs are the same.

An interpreter's start and its imports cost a second of processor time for each call. Tests of
what only a process has (signals, a kill, its memory) start a real one.
"""

from __future__ import annotations

import contextlib
import io
import sys
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
