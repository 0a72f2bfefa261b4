"""How the program ends: what a mistake, an interrupt, a full disk or a fault becomes.

Whatever happens is one line on standard error and an exit code; 1 is never among them.
"""

from __future__ import annotations

import errno
import functools
import platform
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from xlbench.cli import exit_codes
from xlbench.cli.kept import KEPT, reason
from xlbench.cli.output import OutputFailedError, abandon_output, prepare_output, say
from xlbench.cli.usage import usage_error
from xlbench.errors import UserError
from xlbench.printable import command_line, printable, shown
from xlbench.version import __version__

_NOT_OURS = frozenset(
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM", "ENAMETOOLONG", "ENOTDIR", "EIO")
    if hasattr(errno, name)
)
"""What the system says of a disk or a folder that is not as it should be."""


class InterruptedByUserError(Exception):
    """Ctrl-C or SIGTERM; an exception of its own, since typer keeps the other one to itself."""


def hears_interrupts(command: Callable[..., None]) -> Callable[..., None]:
    """Return the command, an interrupt of which reaches ``ended``."""

    @functools.wraps(command)
    def call(*given: Any, **named: Any) -> None:
        try:
            command(*given, **named)
        except KeyboardInterrupt as error:
            raise InterruptedByUserError(str(error)) from error

    return call


def ended(
    call: Callable[[Sequence[str]], Any], arguments: Sequence[str], commands: Collection[str]
) -> int:
    """Run the program and return its exit code.

    Args:
        call: takes the arguments; returns an exit code, or anything else for 0.
        arguments: of the command line, without the program's name.
        commands: names of its commands.
    """
    prepare_output()
    KEPT.folder = None
    before = signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        return _ended(call, arguments, commands)
    finally:
        signal.signal(signal.SIGTERM, before)


def _ended(
    call: Callable[[Sequence[str]], Any], arguments: Sequence[str], commands: Collection[str]
) -> int:
    try:
        found = call(arguments)
        code = found if isinstance(found, int) else 0
        if code == exit_codes.INTERRUPTED:
            say(f"xlbench: interrupted; {KEPT.sentence()}")
        sys.stdout.flush()
        return code
    except UserError as error:
        say(f"xlbench: {error}")
    except (InterruptedByUserError, KeyboardInterrupt) as error:
        # Whoever keeps what was measured knows best what that is.
        say(f"xlbench: {str(error) or f'interrupted; {KEPT.sentence()}'}")
        return exit_codes.INTERRUPTED
    except OutputFailedError as error:
        abandon_output()
        kept = "" if KEPT.folder is None else f"; {KEPT.sentence()}"
        say(f"xlbench: standard output: {str(error).lower()}{kept}")
    except Exception as error:
        line = usage_error(error, arguments, commands)
        if line is None and isinstance(error, OSError) and error.errno in _NOT_OURS:
            place = error.filename or KEPT.folder
            where = "" if place is None else f"{place}: "
            kept = "" if KEPT.folder is None else f"; {KEPT.sentence()}"
            line = printable(f"{where}can't be written: {reason(error)}{kept}")
        if line is None:
            say(_fault(error, arguments))
            return exit_codes.UNEXPECTED
        say(f"xlbench: {line}")
    return exit_codes.USER_ERROR


def _as_interrupt(_number: int, _frame: FrameType | None) -> None:
    """A service that is stopped ends as one that is interrupted: what was measured is kept."""
    raise KeyboardInterrupt


def _fault(error: Exception, arguments: Sequence[str]) -> str:
    """Write a log and return the line that names it."""
    said = f"{type(error).__name__}: {shown(str(error))}"
    text = "\n".join(
        (
            command_line(["xlbench", *arguments]),
            f"xlbench {__version__}, Python {platform.python_version()}, {platform.platform()}",
            "".join(traceback.format_exception(error)),
        )
    )
    kept = "" if KEPT.folder is None else f"; {KEPT.sentence()}"
    return (
        f"xlbench: a fault of xlbench, not of your call ({said}): please report it with the "
        f"traceback in {_log(text)}{kept}"
    )


def _log(text: str) -> Path | str:
    data = text.encode("utf-8", "backslashreplace")
    if KEPT.folder is not None and KEPT.folder.is_dir():
        try:
            path = KEPT.folder / "error.log"
            path.write_bytes(data)
            return path
        except OSError:
            pass  # A disk that is full may be what went wrong: elsewhere there may be room.
    try:
        with tempfile.NamedTemporaryFile(
            "wb", prefix="xlbench-", suffix=".log", delete=False
        ) as file:
            file.write(data)
            return file.name
    except OSError:
        return "no file, for none can be written: " + shown(text[-1000:])
