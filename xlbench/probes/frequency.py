"""At which frequency the processors run."""

from __future__ import annotations

import statistics
from collections.abc import Iterable

from xlbench.probes.system import HERE, System


def cpu_mhz(cpus: Iterable[int], system: System = HERE) -> int | None:
    """Return the median frequency of ``cpus`` in MHz; ``None``: the kernel does not tell.

    Source: ``scaling_cur_freq`` (Linux admin-guide/pm/cpufreq.rst). A virtual machine has
    none as a rule: its host decides.
    """
    told = [
        system.number(f"sys/devices/system/cpu/cpu{cpu}/cpufreq/scaling_cur_freq") for cpu in cpus
    ]
    known = [khz for khz in told if khz is not None]
    return round(statistics.median(known) / 1000) if known else None
