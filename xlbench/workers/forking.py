"""The program of a fork server: imports what workers need, then forks one for each request.

It never computes: a fork inherits imported modules and nothing else: no model, no thread, no
memory that a pass has touched.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import mmap
import os
import random
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable

from xlbench.workers.fork_server import MESSAGE_BYTES
from xlbench.workers.serve import die_with_parent

_MOST_PAGES = 4096
_MOST_BLOCKS = 64
_POLL_S = 0.005


def main(channel: str, program: str, loader: str) -> None:
    """Import, say so, and serve the other end of the socket until it is closed."""
    die_with_parent()
    worker = importlib.import_module(program)
    worker.prepare(loader)
    # Else the collector would write to every object, and so copy every page, in every fork.
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(channel)) as ours:
        ours.send(b"{}")
        _serve(ours, worker.main)


def _serve(ours: socket.socket, main_of_worker: Callable[[str, str], None]) -> None:
    while True:
        message, descriptors, _, _ = socket.recv_fds(ours, MESSAGE_BYTES, 3)
        if not message:
            return
        request = json.loads(message)
        if request["op"] == "fork":
            reply: dict[str, int | None] = {"pid": _fork(ours, descriptors, main_of_worker)}
            for descriptor in descriptors:
                os.close(descriptor)
        else:
            reply = {"code": reap(request["pid"], request["wait_s"])}
        ours.send(json.dumps(reply).encode())


def _fork(
    ours: socket.socket, descriptors: list[int], main_of_worker: Callable[[str, str], None]
) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setsid()
        die_with_parent()
        if os.getppid() != parent:
            os._exit(1)
        ours.close()
        requests, replies, stderr = descriptors
        os.dup2(stderr, 1)
        os.dup2(stderr, 2)
        os.close(stderr)
        kept = shake(int.from_bytes(os.urandom(8), "little"))
        main_of_worker(str(requests), str(replies))
        del kept
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        # Not sys.exit: what the server registered for its own end is not the fork's.
        os._exit(code)


def shake(seed: int) -> list[object]:
    """Move the places of all later allocations, as a new program image would; keep the result.

    A random stretch of address space, never touched, shifts what is mapped from here on
    (weights, large tensors); blocks of random sizes, at most about a MiB of them, shift what
    comes from the heap. What layout does to timings, and why to draw it at random:
    Curtsinger and Berger 2013, STABILIZER, ASPLOS, section 2.
    """
    draw = random.Random(seed)
    blocks: list[object] = [mmap.mmap(-1, mmap.PAGESIZE * draw.randint(1, _MOST_PAGES))]
    blocks += [bytes(draw.randint(16, 512)) for _ in range(draw.randrange(_MOST_BLOCKS))]
    blocks += [bytes(draw.randint(512, 16384)) for _ in range(draw.randrange(_MOST_BLOCKS))]
    return blocks


def reap(pid: int, wait_s: float) -> int | None:
    """Return the exit code of a child (below 0: the signal); ``None``: it has not ended in time."""
    deadline = time.monotonic() + wait_s
    with contextlib.suppress(ChildProcessError):
        while True:
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                return os.waitstatus_to_exitcode(status)
            if time.monotonic() >= deadline:
                return None
            time.sleep(_POLL_S)
    return -signal.SIGKILL
