"""Ctrl-C and SIGTERM as one interrupt, heard once.

The first ends the work, wherever it is; what was measured is then kept. Those that follow
while that is done change nothing, or they would lose what the first was to keep. What must be
done as a whole or not at all is done ``unbroken``: an interrupt waits for its end.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """The work was interrupted; the message says what is kept and how to go on."""


@dataclass
class _Waiting:
    """How deep in unbroken work the main thread is, and whether an interrupt waits for its end."""

    depth: int = 0
    due: bool = False


_WAITING = _Waiting()


@contextlib.contextmanager
def heard_once() -> Iterator[None]:
    """Within, the first of ``SIGNALS`` raises ``KeyboardInterrupt``; those that follow do nothing.

    A signal that whoever started this program had ignored stays ignored. Outside the main
    thread, where no signal arrives, nothing changes.
    """
    heard = False

    def hear(number: int, frame: FrameType | None) -> None:
        nonlocal heard
        if heard:
            return
        heard = True
        if _WAITING.depth:
            _WAITING.due = True
        else:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, hear)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def is_due() -> bool:
    """Tell whether an interrupt waits for the end of what is done ``unbroken``."""
    return _WAITING.due


@contextlib.contextmanager
def unbroken() -> Iterator[None]:
    """Have an interrupt that ``heard_once`` hears within wait for the end of the block.

    For what is short and must not be left half done, or asks whether one ``is_due``.

    Raises:
        KeyboardInterrupt: at the end, where there was one.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _WAITING.depth += 1
    try:
        yield
    finally:
        _WAITING.depth -= 1
        if _WAITING.due and not _WAITING.depth:
            _WAITING.due = False
            raise KeyboardInterrupt
