"""What the container takes: processor time by quota."""

from __future__ import annotations

from collections.abc import Sequence

from xlbench.doctor.finding import Finding
from xlbench.probes.cgroup import Limits


def quota(limits: Limits, cpus: Sequence[int]) -> Finding:
    """Whether a quota can stop the threads in the middle of a batch (sched-bwc.rst)."""
    if limits.processors is None:
        return Finding("container quota", "ok", "none")
    facts = {"quota_processors": limits.processors, "throttled": limits.throttled_periods}
    found = f"{limits.processors:g} processors' time on {len(cpus)} processors"
    if limits.throttled_periods:
        found += f"; stopped {limits.throttled_periods} times so far"
    if limits.processors >= len(cpus):
        return Finding("container quota", "ok", found, facts=facts)
    whole = max(1, int(limits.processors))
    advice = (
        f"give the container whole processors (docker run --cpuset-cpus), or measure with --cpus "
        f"{','.join(map(str, cpus[:whole]))}"
    )
    return Finding(
        "container quota", "bad", f"{found}: threads are stopped mid-batch", advice, facts
    )
