"""Who else wants the processors: load, other work, steal, forced switches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlbench.doctor.finding import Finding, Status
from xlbench.probes.noise import Noise
from xlbench.probes.system import System

LITTLE_LOAD, MUCH_LOAD = 0.25, 0.75
"""Runnable threads over allowed processors. The average remembers the minute before."""

LITTLE_WORK, MUCH_WORK = 0.05, 0.25
"""Share of a processor that others take: 5 % lost by one thread is 5 % on every step that
waits for it."""

LITTLE_LOST, MUCH_LOST = 0.01, 0.05
"""Share of the time taken away: 1 % is half of the default precision."""

SWITCHES_PER_S = 20
"""Forced switches a second; see ``results.disturbed``."""


def load(system: System, cpus: Sequence[int]) -> Finding:
    """The load average of the last minute against the allowed processors."""
    text = system.text("proc/loadavg")
    try:
        average = float((text or "").split()[0])
    except (IndexError, ValueError):
        return Finding("load", "unknown", "the load average is not told")
    online = max(len(busy_ticks(system)), len(cpus))
    share = average / len(cpus)
    found = f"{average:.2f} over the last minute, {len(cpus)} processors allowed"
    facts = {"load_average": average, "cpus": len(cpus)}
    if share <= LITTLE_LOAD:
        return Finding("load", "ok", found, facts=facts)
    enough = online - average >= len(cpus)
    status: Status = "warn" if share <= MUCH_LOAD or enough else "bad"
    return Finding("load", status, found, "stop other work, or wait until it is done", facts)


def other_work(
    before: Mapping[int, tuple[int, int]], after: Mapping[int, tuple[int, int]], cpus: Sequence[int]
) -> Finding:
    """How busy others kept the allowed processors while this process slept.

    Args:
        before, after: what ``busy_ticks`` returned before and after the sleep.
        cpus: the allowed processors.
    """
    shares = {}
    for cpu in cpus:
        if cpu in before and cpu in after:
            busy, total = (b - a for a, b in zip(before[cpu], after[cpu], strict=True))
            if total > 0:
                shares[cpu] = busy / total
    if not shares:
        return Finding("other work", "unknown", "the processors' times are not told")
    worst = max(shares, key=shares.__getitem__)
    found = f"processor {worst} is {shares[worst]:.0%} busy while this process sleeps"
    facts = {"cpu": worst, "busy_share": shares[worst]}
    if shares[worst] <= LITTLE_WORK:
        return Finding("other work", "ok", found, facts=facts)
    idle = [str(cpu) for cpu in cpus if shares.get(cpu, 1.0) <= LITTLE_WORK]
    move = f", or measure on the idle ones: --cpus {','.join(idle)}" if idle else ""
    status: Status = "warn" if shares[worst] <= MUCH_WORK else "bad"
    return Finding("other work", status, found, f"see top, stop it{move}", facts)


def steal(noise: Noise, spent_ns: int) -> Finding:
    """What the hypervisor gave to others while a kernel wanted to run."""
    if noise.steal_ns is None:
        return Finding("steal", "unknown", "steal time is not told")
    share = noise.steal_ns / spent_ns
    return Finding(
        "steal",
        _lost(share),
        f"{share:.1%} of the time",
        ""
        if share <= LITTLE_LOST
        else "the host gives the processor to other guests: use a "
        "machine with processors of its own",
        {"steal_share": share},
    )


def preemption(noise: Noise, spent_ns: int) -> Finding:
    """What the scheduler gave to others meanwhile."""
    per_s = noise.involuntary_switches / spent_ns * 1e9
    found = f"{per_s:.0f} forced switches a second"
    facts: dict[str, float | int | str | None] = {"switches_per_s": per_s}
    if noise.run_delay_ns is None:
        status: Status = "ok" if per_s <= SWITCHES_PER_S else "warn"
    else:
        share = noise.run_delay_ns / spent_ns
        status, found = _lost(share), f"{found}, {share:.1%} of the time spent waiting"
        facts["waiting_share"] = share
    advice = "" if status == "ok" else "stop other work, or give the run processors of its own"
    return Finding("preemption", status, found, advice, facts)


def _lost(share: float) -> Status:
    return "ok" if share <= LITTLE_LOST else "warn" if share <= MUCH_LOST else "bad"


def busy_ticks(system: System) -> dict[int, tuple[int, int]]:
    """Return for each processor (ticks at work, ticks in all) since boot (proc_stat(5))."""
    found = {}
    for line in (system.text("proc/stat") or "").splitlines():
        name, *fields = line.split()
        if name.startswith("cpu") and name[3:].isdigit() and len(fields) >= 8:
            # Guest time is part of user time already.
            user, nice, kernel, idle, waiting, irq, soft_irq, stolen = map(int, fields[:8])
            busy = user + nice + kernel + irq + soft_irq + stolen
            found[int(name[3:])] = (busy, busy + idle + waiting)
    return found
