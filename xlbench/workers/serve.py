"""The worker's main loop: a request in, a reply out, until the controller goes away.

Requests are frames with an ``op``; an exception becomes a reply with ``error``, so that
only a crash of the process ends a worker. Examples come in frames of their own behind an
``open`` request, without gold.
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
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from xlbench.errors import UserError
from xlbench.examples import Example, from_wire
from xlbench.workers.frames import read_frame, write_frame

if TYPE_CHECKING:
    from xlbench.workers.session import Loader, Session

PROTOCOL = 1
_PR_SET_PDEATHSIG = 1


def main(requests_fd: str, replies_fd: str) -> None:
    """Serve the controller at the other end of two pipes; the first frame is ``hello``."""
    die_with_parent()
    requests, replies = os.fdopen(int(requests_fd), "rb"), os.fdopen(int(replies_fd), "wb")
    with contextlib.suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        serve(requests, replies)


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer requests until ``stop``.

    Raises:
        EOFError: the controller closed its end.
    """
    session: Session | None = None
    while True:
        request, _ = read_frame(requests)
        op = request["op"]
        if op == "stop":
            write_frame(replies, {})
            return
        examples = _examples(requests) if op == "open" else []
        try:
            if op == "hello":
                session = _start(request)
                reply, arrays = session.hello(), list[Any]()
            elif session is None:
                raise RuntimeError(f"the first request must be hello, not {op}")
            else:
                reply, arrays = _answer(session, request, examples)
        except UserError as error:
            write_frame(replies, {"error": str(error), "kind": "user"})
        except Exception as error:
            write_frame(
                replies,
                {
                    "error": f"{type(error).__name__}: {error}",
                    "kind": "failure",
                    "traceback": traceback.format_exc(),
                },
            )
        else:
            write_frame(replies, reply, arrays)


def _start(request: dict[str, Any]) -> Session:
    if request["cpus"] is not None:
        os.sched_setaffinity(0, request["cpus"])
    with uncollected():
        from xlbench.measure.warmup import Rule
        from xlbench.workers.session import Session

        loader = load_function(request["loader"])
    rule = Rule(**request["warm_up"])
    return Session(loader, request["device"], request["threads"], rule)


def _answer(
    session: Session, request: dict[str, Any], examples: list[Example]
) -> tuple[dict[str, Any], list[Any]]:
    match request["op"]:
        case "load":
            return session.load(request["spec"], request["options"]), []
        case "open":
            return session.open(
                request["key"], request["task"], request["language"], request["packing"], examples
            )
        case "visit":
            return session.visit(request["key"], request["scenario"], request)
        case "turn":
            return session.turn(request["key"], request["scenario"], request["units"])
        case "pin":
            session.pin(request["cpus"])
            return {}, []
        case "close":
            session.close(request["key"])
            return {}, []
    raise RuntimeError(f"unknown request {request['op']!r}")


def _examples(requests: BinaryIO) -> list[Example]:
    examples: list[Example] = []
    while True:
        frame, _ = read_frame(requests)
        examples += map(from_wire, frame["examples"])
        if frame["last"]:
            return examples


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Switch the garbage collector off: a fifth of the time of large imports, for nothing."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def load_function(name: str) -> Loader:
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
    loader: Loader = getattr(module, function)
    return loader


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that made it ends."""
    # Interrupts go to the controller, which ends its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
