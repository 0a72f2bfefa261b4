"""Calls of another copy of xlbench: of all in one process, with workers that are forked.

What tests change in a package (a file more, a line more) they change in a copy of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from program import Done, call

SUPPORT = Path(__file__).parent


class OtherCopy:
    """A process that has the copy imported, and calls it.

    Args:
        library: the folder that holds the package.
    """

    def __init__(self, library: Path) -> None:
        self.library = library
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            cwd=library,
            env={**os.environ, "PYTHONPATH": f"{library}:{SUPPORT}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def call(self, *arguments: object) -> Done:
        """Return what the copy printed and how it ended, as ``program.call`` does."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps([*map(str, arguments)]) + "\n")
        self._process.stdin.flush()
        return Done(*json.loads(self._process.stdout.readline()))

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)


@contextlib.contextmanager
def other_copy(library: Path) -> Iterator[OtherCopy]:
    """Yield the copy of xlbench that lies in a folder, ready to be called."""
    copy = OtherCopy(library)
    try:
        yield copy
    finally:
        copy.end()


def _serve() -> None:
    from forked_workers import ForkServers, forking

    servers = ForkServers()
    try:
        with forking(servers):
            for line in sys.stdin:
                done = call(*json.loads(line))
                print(json.dumps([done.returncode, done.stdout, done.stderr]), flush=True)
    finally:
        servers.close()


if __name__ == "__main__":
    _serve()
