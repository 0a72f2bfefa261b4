"""What the server of a session of tests forks: workers, and other programs that need its imports.

A program of a worker (``xlbench.workers.launch.Launch.program``). The descriptors of a worker are
the pipes of its requests and replies. Those of another program are the one that it works with, and
a pipe with its module and the words that it is called with: it can be read from, as no pipe of
replies can.
"""

import fcntl
import importlib
import json
import os

from xlbench.session import program
from xlbench.session.program import prepare

__all__ = ["main", "prepare"]


def main(first: str, second: str) -> None:
    if fcntl.fcntl(int(second), fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY:
        program.main(first, second)
        return
    with os.fdopen(int(second), "rb") as told:
        module, *words = json.load(told)
    importlib.import_module(module).main(first, *words)
