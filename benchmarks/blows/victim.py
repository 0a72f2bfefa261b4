"""A run of xlbench that is to be hit: all its processes are known by a file that they hold open."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import psutil

from blows import nursery


class _Process(Protocol):
    """What is needed of a process that was started."""

    @property
    def pid(self) -> int: ...

    def wait(self, timeout_s: float) -> int | None: ...


class Victim:
    """A program of xlbench that was started; its descendants hold the file of its output open.

    Args:
        words: its arguments.
        limit_bytes: no file may grow past it; ``None``: any may.
    """

    fresh = False
    """Whether programs are started anew; else they are forks (``nursery``)."""

    def __init__(self, words: Sequence[str], limit_bytes: int | None = None) -> None:
        descriptor, name = tempfile.mkstemp(".log", "xlbench-victim-")
        os.close(descriptor)
        self._log = Path(name)
        self.began = time.time()
        self._process: _Process = (
            _Program(words, self._log, limit_bytes)
            if self.fresh
            else _Fork(words, self._log, limit_bytes)
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.wait(0) is None

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has gone."""
        if self.alive:
            send(self.pid, number)

    def children(self) -> list[int]:
        """Processes below it."""
        try:
            below = psutil.Process(self.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        return [child.pid for child in below]

    def wait(self, timeout_s: float) -> int | None:
        """Return its exit code; ``None``, after it was killed: it did not end."""
        code = self._process.wait(timeout_s)
        if code is None:
            send(self.pid, signal.SIGKILL)
            self._process.wait(10)
        return code

    def said(self) -> str:
        """What it printed."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def end_left_over(self) -> int:
        """Kill what of it still lives 15 s after it ended; return how many processes that was."""
        deadline = time.monotonic() + 15
        while (left := list(self._marked())) and time.monotonic() < deadline:
            time.sleep(0.1)
        for pid in left:
            send(pid, signal.SIGKILL)
        self._log.unlink()
        return len(left)

    def _marked(self) -> Iterator[int]:
        for process in psutil.process_iter():
            try:
                if process.status() == psutil.STATUS_ZOMBIE:
                    continue
                open_files = Path(f"/proc/{process.pid}/fd").iterdir()
                if any(_target(each) == self._log for each in open_files):
                    yield process.pid
            except (psutil.Error, OSError):
                continue


class _Fork:
    def __init__(self, words: Sequence[str], log: Path, limit_bytes: int | None) -> None:
        self._process = nursery.start(words, log, limit_bytes)
        assert self._process.pid is not None
        self.pid = self._process.pid

    def wait(self, timeout_s: float) -> int | None:
        self._process.join(timeout_s)
        return self._process.exitcode


class _Program:
    def __init__(self, words: Sequence[str], log: Path, limit_bytes: int | None) -> None:
        with log.open("ab") as stream:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "xlbench", *words],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                start_new_session=True,
                preexec_fn=lambda: nursery.begin(limit_bytes),
            )
        self.pid = self._process.pid

    def wait(self, timeout_s: float) -> int | None:
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal, unless the process has gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def run_words(folder: Path, how: Sequence[str]) -> list[str]:
    """Return the arguments of a run into the folder, or those that go on with the one there."""
    if (folder / "run.json").exists():
        return ["run", "--resume", "--out", str(folder)]
    return [*how, "--out", str(folder)]


def _target(link: Path) -> Path | None:
    try:
        return link.readlink()
    except OSError:
        return None
