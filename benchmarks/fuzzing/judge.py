"""What an input may do to a reader: give a value or a ``UserError``, within bounds."""

from __future__ import annotations

import os
import resource
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xlbench.errors import UserError
from xlbench.printable import is_printable

MOST_S = 2.0
MOST_BYTES = 200 << 20
_MOST_CHARACTERS = 2600


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a reader took an input.

    Attributes:
        fault: what is wrong with that, in words; empty where nothing is.
        refused: whether there was a ``UserError``.
        cpu_s: processor time.
        grown_bytes: growth of the peak of resident memory; 0 where it can't be reset.
    """

    fault: str
    refused: bool
    cpu_s: float
    grown_bytes: int


def judged(read: Callable[[], object], most_s: float = MOST_S) -> Verdict:
    """Call a reader once, and tell how that went; ``most_s``: processor time that it may take."""
    before = _reset_peak()
    start = time.thread_time()
    refused, fault = False, ""
    try:
        read()
    except UserError as error:
        refused = True
        fault = _of_message(str(error))
    except (Exception, RecursionError) as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        own = [f for f in traceback.extract_tb(error.__traceback__) if "/xlbench/" in f.filename]
        where = own[-1] if own else where
        place = f"{Path(where.filename).name}:{where.lineno}"
        fault = f"{type(error).__name__} at {place}: {str(error)[:160]!r}"
    spent = time.thread_time() - start
    grown = _peak() - before if before else 0
    if not fault and spent > most_s:
        fault = f"took {spent:.1f} s"
    if not fault and grown > MOST_BYTES:
        fault = f"took {grown >> 20} MiB"
    return Verdict(fault, refused, spent, grown)


def _of_message(message: str) -> str:
    """Return what is wrong with the text of a ``UserError``."""
    first = message.partition("\n")[0]
    if not is_printable(first):
        return f"a message that is not printable: {first[:160]!r}"
    if len(message) > _MOST_CHARACTERS:
        return f"a message of {len(message)} characters: {message[:100]!r}"
    return ""


def _reset_peak() -> int:
    """Reset the high-water mark of resident memory; return it, 0 where that is not permitted."""
    try:
        os.pwrite(_opened("/proc/self/clear_refs", os.O_WRONLY, os.getpid()), b"5", 0)
    except OSError:
        return 0
    return _peak()


def _peak() -> int:
    told = os.pread(_opened("/proc/self/status", os.O_RDONLY, os.getpid()), 8192, 0)
    _, _, peak = told.partition(b"VmHWM:")
    if peak:
        return int(peak.split(maxsplit=1)[0]) << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


@cache
def _opened(path: str, flags: int, pid: int) -> int:
    """Return a descriptor that stays open: to open them is most of what these questions take.

    ``pid``: they belong to the process that opened them.
    """
    return os.open(path, flags)
