"""The worker's main loop: a request in, a reply out, until the controller goes away.

Knows nothing of what the requests are about: a session, which the first request starts,
answers them. An exception becomes a reply ``Failed``; a worker ends with it only where its session
says that nothing can be answered any more.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import importlib.util
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Protocol

from xlbench.errors import UserError
from xlbench.examples import Example
from xlbench.workers.codec import ProtocolError, receive, send
from xlbench.workers.predicted import in_frames
from xlbench.workers.protocol import (
    Examples,
    Failed,
    Hello,
    Open,
    Reply,
    Request,
    Stop,
    Visit,
    Visited,
)

_PR_SET_PDEATHSIG = 1


class Session(Protocol):
    """What a worker holds: it answers everything but ``Hello`` and ``Stop``."""

    def hello(self) -> Reply:
        """Say who is there."""
        ...

    def answer(self, request: Request, examples: Iterator[Example]) -> Reply:
        """Do what is asked; ``examples`` are those behind an ``Open``."""
        ...

    def lost(self, error: Exception) -> bool:
        """Tell whether nothing can be answered any more after this error."""
        ...


Start = Callable[[Hello], Session]


def serve_pipes(requests_fd: str, replies_fd: str, start: Start) -> None:
    """Serve the controller at the other end of two pipes until it says ``Stop`` or is gone."""
    requests, replies = os.fdopen(int(requests_fd), "rb"), os.fdopen(int(replies_fd), "wb")
    with contextlib.suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        serve(requests, replies, start)


def serve(requests: BinaryIO, replies: BinaryIO, start: Start) -> None:
    """Answer requests until ``Stop``, or until the session is lost.

    Raises:
        EOFError: the controller closed its end.
        ProtocolError: what it wrote is no request.
    """
    session: Session | None = None
    while True:
        request = receive(requests)
        if isinstance(request, Stop):
            return
        examples = _examples(requests) if isinstance(request, Open) else iter(())
        try:
            if isinstance(request, Hello):
                session = start(request)
                reply = session.hello()
            elif session is None:
                raise ProtocolError(f"the first request must be Hello, not {request}")
            elif not isinstance(request, Request):
                raise ProtocolError(f"{request} is no request")
            else:
                reply = session.answer(request, examples)
        except UserError as error:
            reply = Failed("user", str(error), ends=_lost(session, error))
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            ends = _lost(session, error)
            reply = Failed("failure", text, traceback.format_exc(), ends)
        for _ in examples:  # what a failure left in the pipe is no request
            pass
        asked = isinstance(request, Visit) and request.predictions
        for message in in_frames(reply) if asked and isinstance(reply, Visited) else (reply,):
            send(replies, message)
        if isinstance(reply, Failed) and reply.ends:
            return


class ExamplesBrokenOff(Exception):
    """The controller can't go on with the examples that it began to send."""


def _lost(session: Session | None, error: Exception) -> bool:
    return session is not None and session.lost(error)


def _examples(requests: BinaryIO) -> Iterator[Example]:
    while True:
        part = receive(requests)
        if not isinstance(part, Examples):
            raise ProtocolError(f"expected examples, found {part}")
        if part.broken_off:
            raise ExamplesBrokenOff
        yield from part.examples
        if part.last:
            return


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Switch the garbage collector off: a fifth of the time of large imports, for nothing.

    It is afterwards as it was.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def load_function(name: str) -> Any:
    """Return the function ``module:function`` or ``/path/file.py:function``."""
    place, _, function = name.rpartition(":")
    if place in sys.modules:
        module = sys.modules[place]
    elif place.endswith(".py"):
        spec = importlib.util.spec_from_file_location(place, place)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    else:
        module = importlib.import_module(place)
    return getattr(module, function)


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that made it ends."""
    # Interrupts go to the controller, which ends its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
