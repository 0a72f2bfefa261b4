"""The program of a worker process: a session at the end of two pipes."""

from __future__ import annotations

import os

from xlbench.workers.protocol import Hello
from xlbench.workers.serve import Session, die_with_parent, load_function, serve_pipes, uncollected


def main(requests_fd: str, replies_fd: str) -> None:
    """Serve the controller; torch is imported once it said on which processors."""
    die_with_parent()
    serve_pipes(requests_fd, replies_fd, _start)


def prepare(loader: str) -> None:
    """Make all imports that ``main`` will need, for a process that forks."""
    with uncollected():
        import xlbench.session.session  # noqa: F401

        load_function(loader)


def _start(hello: Hello) -> Session:
    if hello.cpus is not None:
        os.sched_setaffinity(0, hello.cpus)
    with uncollected():
        from xlbench.session.session import Session as Session_

        loader = load_function(hello.loader)
    return Session_(loader, hello.device, hello.threads, own_memory=True)
