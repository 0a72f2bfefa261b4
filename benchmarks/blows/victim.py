"""A run of xlbench that is to be hit: all its processes are known by a mark."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

TAG = "XLBENCH_FAULTS"


class Victim:
    """A program of xlbench that was started; its descendants inherit the mark.

    Args:
        words: its arguments.
        tag: the mark, with the number of this process: campaigns beside this one have others.
        limit_bytes: no file may grow past it; ``None``: any may.
    """

    def __init__(self, words: Sequence[str], tag: str, limit_bytes: int | None = None) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115
        self._tag = f"{os.getpid()}.{tag}"
        self.began = time.time()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "xlbench", *words],
            env={**os.environ, TAG: self._tag},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
            preexec_fn=lambda: _begin(limit_bytes),
        )

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def children(self) -> list[int]:
        """Processes below it."""
        try:
            below = psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        return [child.pid for child in below]

    def wait(self, timeout_s: float) -> int | None:
        """Return its exit code; ``None``, after it was killed: it did not end."""
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None

    def said(self) -> str:
        """What it printed."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def end_left_over(self) -> int:
        """Kill what of it still lives five seconds after it ended; return how many those were."""
        deadline = time.monotonic() + 5
        while (left := list(self._marked())) and time.monotonic() < deadline:
            time.sleep(0.1)
        for pid in left:
            kill(pid)
        return len(left)

    def _marked(self) -> Iterator[int]:
        for process in psutil.process_iter():
            try:
                dead = process.status() == psutil.STATUS_ZOMBIE
                if not dead and process.environ().get(TAG) == self._tag:
                    yield process.pid
            except psutil.Error:
                continue


def kill(pid: int) -> None:
    """Send SIGKILL, unless the process has gone."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def run_words(folder: Path, how: Sequence[str]) -> list[str]:
    """Return the arguments of a run into the folder, or those that go on with the one there."""
    if (folder / "run.json").exists():
        return ["run", "--resume", "--out", str(folder)]
    return [*how, "--out", str(folder)]


def _begin(limit_bytes: int | None) -> None:
    # Where the campaign runs in the background, it was started with interrupts ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if limit_bytes is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))
