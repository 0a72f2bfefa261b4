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

_STATUS = Path("/proc/self/status")
_STATM = Path("/proc/self/statm")
_CLEAR = Path("/proc/self/clear_refs")
SAMPLING_INTERVAL_S = 0.01
_PEAK, _BEFORE = "peak_rss_bytes", "rss_before_bytes"


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


class PeakRss:
    """The peak of resident memory from ``start`` to ``stop``, and what there was before."""

    columns: ClassVar[tuple[Column, ...]] = (
        Column(
            _PEAK,
            "int",
            "high-water mark of resident memory during the visit",
            InCells("highest resident memory of the cell's visits", _PEAK),
        ),
        Column(
            _BEFORE,
            "int",
            "resident memory when the visit began",
            InCells("resident memory before the visit with that peak", _PEAK),
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
        """Return both; flagged ``rss-sampled`` where a thread had to sample."""
        if self._sampler is None:
            return Readings({_PEAK: peak_rss_bytes(), _BEFORE: self._before_bytes})
        peak_bytes, self._sampler = self._sampler.finish(), None
        return Readings({_PEAK: peak_bytes, _BEFORE: self._before_bytes}, (Flag.RSS_SAMPLED,))


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
