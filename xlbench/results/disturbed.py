"""Which visits were disturbed, judged from what their rows counted.

A pure function of the ``visits`` table: the samples of a visit are marked by its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from xlbench.flags import Flag
from xlbench.probes.nvml import POWER_CAP
from xlbench.results.schema import Row

LOST_SHARE = 0.01
"""Share of a visit that may be lost: half of the 2 % that ``--precision`` and ``--margin``
ask for by default, so that what was lost can't decide a verdict by itself."""

SWITCHES_PER_S = 20
"""Forced context switches a second where the kernel does not tell how long they took. The
scheduler hands out slices of about 3 ms (Linux ``base_slice_ns``); most switches are for
work far shorter, but 20 of them can be 6 % of the time, and a quiet machine has about 2."""

FAULT_NS = 1_000_000
"""What a fault that waits for a disk costs: 0.1 ms on flash, several on a turning disk."""

CLOCK_FALL = 0.05
"""A frequency this much below that of the arm's other visits. Turbo frequencies come in
steps of 100 MHz, 2 to 4 %: one step is no disturbance, two are."""

MIN_CLOCKS = 3
"""Visits that make a frequency usual."""

MOSTLY = 0.5
"""Share of a cell's samples from disturbed visits above which the cell is flagged: a median
of the samples may then be one of the disturbance."""


def disturbances(visits: Sequence[Row]) -> dict[int, tuple[str, ...]]:
    """Return the reasons for which a visit was disturbed, for those that were.

    Args:
        visits: rows of a run's ``visits`` table; counters that are null disturb nothing.
    """
    good = [visit for visit in visits if visit["status"] == "ok"]
    usual = {clock: _usual(good, clock) for clock in ("cpu_mhz", "gpu_mhz")}
    found = {}
    for visit in good:
        reasons = [*_lost(visit), *_slowed(visit, usual)]
        if reasons:
            found[visit["visit"]] = tuple(reasons)
    return found


def flags_of(
    samples_by_visit: Mapping[int, int], marks: Mapping[int, tuple[str, ...]]
) -> set[Flag]:
    """Return ``disturbed`` and ``throttled`` where they hold for most of a cell's samples.

    Args:
        samples_by_visit: the number of samples of each visit of the cell.
        marks: what ``disturbances`` found.
    """
    total = sum(samples_by_visit.values())
    any_reason = _count(samples_by_visit, {v for v in marks if marks[v]})
    throttled = _count(samples_by_visit, {v for v in marks if "throttled" in marks[v]})
    found = {Flag.DISTURBED: any_reason, Flag.THROTTLED: throttled}
    return {flag for flag, count in found.items() if total and count > MOSTLY * total}


def _count(samples_by_visit: Mapping[int, int], marked: set[int]) -> int:
    return sum(count for visit, count in samples_by_visit.items() if visit in marked)


def _lost(visit: Row) -> Iterable[str]:
    """Reasons that the visit's own counters give.

    What one thread lost stands against the time of the visit, not against that of all
    threads: a parallel step waits for its slowest thread.
    """
    spent_ns = visit["spent_ns"]
    if not spent_ns:
        return
    allowed_ns = LOST_SHARE * spent_ns
    if (visit["steal_ns"] or 0) > allowed_ns:
        yield "steal"
    switches = visit["involuntary_switches"] or 0
    if visit["run_delay_ns"] is not None:
        if visit["run_delay_ns"] > allowed_ns:
            yield "preempted"
    elif switches > 1 and switches > SWITCHES_PER_S * spent_ns / 1e9:
        yield "preempted"
    if (visit["quota_ns"] or 0) > allowed_ns:
        yield "quota"
    if (visit["major_faults"] or 0) * FAULT_NS > allowed_ns:
        yield "paging"
    # A power cap is normal under load; where it brings the clock down, that shows in the clock.
    if set(visit["throttle"] or ()) - {POWER_CAP}:
        yield "throttled"


def _slowed(visit: Row, usual: Mapping[str, Mapping[tuple[str, str], float]]) -> Iterable[str]:
    for clock, medians in usual.items():
        median = medians.get(_kind(visit))
        if median and visit[clock] is not None and visit[clock] < (1 - CLOCK_FALL) * median:
            yield "slow-clock"
            return


def _usual(visits: Sequence[Row], clock: str) -> dict[tuple[str, str], float]:
    """Return the median frequency for each arm and scenario: what they run sets the turbo."""
    told: dict[tuple[str, str], list[int]] = {}
    for visit in visits:
        if visit[clock] is not None:
            told.setdefault(_kind(visit), []).append(visit[clock])
    return {
        kind: float(np.median(clocks)) for kind, clocks in told.items() if len(clocks) >= MIN_CLOCKS
    }


def _kind(visit: Row) -> tuple[str, str]:
    return visit["arm"], visit["scenario"]
