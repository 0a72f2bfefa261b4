"""What a fork server's own server forks: fork servers, which so need no imports of their own.

A program of a worker (``xlbench.workers.launch.Launch.program``) whose first descriptor is the
channel that a fork server serves, and whose second holds the words that it is called with.
"""

import json
import os

from xlbench.session.program import prepare
from xlbench.workers import forking

__all__ = ["main", "prepare"]


def main(channel: str, words_fd: str) -> None:
    with os.fdopen(int(words_fd), "rb") as told:
        words = json.load(told)
    forking.main(channel, *words)
