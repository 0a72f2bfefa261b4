"""Ctrl-C and SIGTERM as one interrupt, heard once.

The first ends the work, wherever it is; what was measured is then kept. Those that follow
while that is done change nothing, or they would lose what the first was to keep.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """The work was interrupted; the message says what is kept and how to go on."""


@contextlib.contextmanager
def heard_once() -> Iterator[None]:
    """Within, the first of ``SIGNALS`` raises ``KeyboardInterrupt``; those that follow do nothing.

    A signal that whoever started this program had ignored stays ignored. Outside the main
    thread, where no signal arrives, nothing changes.
    """
    heard = False

    def hear(number: int, frame: FrameType | None) -> None:
        nonlocal heard
        if not heard:
            heard = True
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
