"""Standard output and standard error of the program: what they can't take is no traceback."""

from __future__ import annotations

import codecs
import contextlib
import os
import sys
from typing import Any, TextIO

from xlbench.printable import printable


class OutputFailedError(Exception):
    """Standard output can't be written to: closed by its reader, or full."""


class Output:
    """Standard output whose failures can be told from those of a file.

    Args:
        stream: the stream behind it.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError as error:
            raise OutputFailedError(error.strerror or str(error)) from error

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            raise OutputFailedError(error.strerror or str(error)) from error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _similar(error: UnicodeError) -> tuple[str, int]:
    """What a terminal can't show, as dashes are, or as a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    there = error.object[error.start : error.end]
    return "".join("-" if character in "─–" else "?" for character in there), error.end


codecs.register_error("xlbench-similar", _similar)


def prepare_output() -> None:
    """Have characters that the terminal can't show replaced, and failures told apart."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="xlbench-similar")
    sys.stdout = Output(sys.stdout)


def abandon_output() -> None:
    """Let the interpreter's last flush go nowhere: the stream has failed already."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def note(text: str) -> None:
    """Say something beside the results, on standard error."""
    say(f"xlbench: note: {printable(text)}")


def say(line: str) -> None:
    """Print a line on standard error."""
    # There is nowhere else to say it, and no measurement ends for want of a reader.
    with contextlib.suppress(OSError, ValueError):
        print(line, file=sys.stderr, flush=True)
