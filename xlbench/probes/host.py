"""Resident memory of this process, from the kernel's own counters.

The high-water mark ``VmHWM`` is kept by the kernel at every page fault, so that no spike is
missed; writing ``5`` to ``/proc/self/clear_refs`` sets it back to the present size (Linux
``proc_pid_clear_refs(5)``). Where that is not permitted a thread samples instead, and the
cell is flagged ``rss-sampled``.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from typing import ClassVar, Self

from xlbench.flags import Flag
from xlbench.probes.probe import Column, InCells, Readings, Surroundings
from xlbench.probes.system import HERE

_STATUS = Path("/proc/self/status")
_STATM = Path("/proc/self/statm")
_CLEAR = Path("/proc/self/clear_refs")
SAMPLING_INTERVAL_S = 0.01
_PEAK, _BEFORE = "peak_rss_bytes", "rss_before_bytes"
_ANON, _FILE = "rss_anon_bytes", "rss_file_bytes"
WORKER_PEAK = "worker_peak_rss_bytes"


def rss_bytes() -> int | None:
    """Return the resident set size now; ``None`` where the system does not tell."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return _psutil_rss()


def reset_peak(clear_refs: Path = _CLEAR) -> bool:
    """Set the kernel's high-water mark back to the present size; ``False``: not permitted."""
    try:
        clear_refs.write_text("5")
    except OSError:
        return False
    return True


def peak_rss_bytes() -> int | None:
    """Return the kernel's high-water mark (``VmHWM``); ``None`` where there is none."""
    with contextlib.suppress(OSError):
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return None


def resident_parts() -> dict[str, int | None]:
    """Return what is resident now of memory of the process's own, and of mapped files.

    Source: ``RssAnon`` and ``RssFile`` in proc_pid_status(5); ``None`` where there are none.
    """
    told = HERE.fields("proc/self/status")
    return {
        name: told[field] * 1024 if field in told else None
        for name, field in ((_ANON, "RssAnon"), (_FILE, "RssFile"))
    }


class PeakRss:
    """The peak of resident memory from ``start`` to ``stop``, and what there was before."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column(
            _PEAK,
            "int",
            "high-water mark of resident memory while the cell's batches run, in a fork that has "
            "run no other cell (flagged rss-of-process: in the worker, during the visit)",
            InCells("highest resident memory of a process that runs this cell alone", _PEAK),
        ),
        Column(
            _BEFORE,
            "int",
            "resident memory before those batches",
            InCells("resident memory before its batches, model and libraries included", _PEAK),
        ),
        Column(
            _ANON,
            "int",
            "of the resident memory after them: the process's own, weights included",
            InCells("of the resident memory after its batches: the process's own", _PEAK),
        ),
        Column(
            _FILE,
            "int",
            "of the resident memory after them: pages of files, such as libraries",
            InCells("of the resident memory after its batches: pages of files", _PEAK),
        ),
        Column(
            WORKER_PEAK,
            "int",
            "high-water mark of the whole worker during the visit: other cells, texts and token "
            "ids included",
            InCells(
                "highest resident memory of the whole worker in the cell's visits", WORKER_PEAK
            ),
        ),
    )

    def __init__(self) -> None:
        self._before_bytes: int | None = None
        self._sampler: _Sampler | None = None

    @classmethod
    def of(cls, surroundings: Surroundings) -> Self | None:
        return cls()

    def start(self) -> None:
        if self._sampler is not None:  # of work that failed
            self._sampler.finish()
            self._sampler = None
        self._before_bytes = rss_bytes()
        if not reset_peak() or peak_rss_bytes() is None:
            self._sampler = _Sampler()
            self._sampler.start()

    def stop(self) -> Readings:
        """Return all of it; flagged ``rss-sampled`` where a thread had to sample."""
        flags: tuple[Flag, ...] = ()
        if self._sampler is None:
            peak_bytes = peak_rss_bytes()
        else:
            peak_bytes, self._sampler = self._sampler.finish(), None
            flags = (Flag.RSS_SAMPLED,)
        now = {WORKER_PEAK: peak_bytes, **resident_parts()}
        return Readings({_PEAK: peak_bytes, _BEFORE: self._before_bytes, **now}, flags)


class _Sampler(threading.Thread):
    def __init__(self) -> None:
        super().__init__(daemon=True, name="rss-sampler")
        self._done = threading.Event()
        self._peak: int | None = None

    def run(self) -> None:
        while True:
            now = rss_bytes()
            if now is not None:
                self._peak = max(now, self._peak or 0)
            if self._done.wait(SAMPLING_INTERVAL_S):
                return

    def finish(self) -> int | None:
        self._done.set()
        self.join()
        now = rss_bytes()
        return now if self._peak is None else max(self._peak, now or 0)


def _psutil_rss() -> int | None:
    try:
        import psutil
    except ImportError:
        return None
    return int(psutil.Process().memory_info().rss)
