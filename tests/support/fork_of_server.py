"""What the server of a session of tests forks: workers, and fork servers, which need no imports.

A program of a worker (``xlbench.workers.launch.Launch.program``). The descriptors of a worker are
the pipes of its requests and replies. Those of a fork server are the channel that it serves, and a
pipe with the words that it is called with: it can be read from, as no pipe of replies can.
"""

import fcntl
import json
import os

from xlbench.session import program
from xlbench.session.program import prepare
from xlbench.workers import forking

__all__ = ["main", "prepare"]


def main(first: str, second: str) -> None:
    if fcntl.fcntl(int(second), fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY:
        program.main(first, second)
        return
    with os.fdopen(int(second), "rb") as told:
        words = json.load(told)
    forking.main(first, *words)
