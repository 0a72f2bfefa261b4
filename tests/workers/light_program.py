"""A worker's program that imports next to nothing: for tests of how workers come and go.

Its loader gets what a real one gets, and returns the number that is told as the bytes of the
weights.
"""

from __future__ import annotations

import os
import platform
import sys

from xlbench.workers.protocol import Done, Load, Loaded, WorkerFacts
from xlbench.workers.serve import die_with_parent, load_function, serve_pipes


class Session:
    def __init__(self, hello):
        self._loader, self._threads = load_function(hello.loader), hello.threads

    def hello(self):
        return WorkerFacts(
            pid=os.getpid(),
            python=platform.python_version(),
            executable=sys.executable,
            torch="none",
            transformers="none",
            numpy="none",
            cuda=None,
            cudnn=None,
            device="cpu",
            gpu=None,
            threads=self._threads,
            interop_threads=1,
            affinity=tuple(sorted(os.sched_getaffinity(0))),
            matmul_precision="highest",
            cpu_capability="none",
        )

    def answer(self, request, examples):
        if isinstance(request, Load):
            return Loaded(1, self._loader(request.checkpoint), (), "none", {})
        return Done()

    def lost(self, error):
        return False


def main(requests_fd, replies_fd):
    die_with_parent()
    serve_pipes(requests_fd, replies_fd, Session)


def prepare(loader):
    load_function(loader)
