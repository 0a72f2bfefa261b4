"""The look at the machine before anything is measured on it, by a run or in turns."""

from __future__ import annotations

from dataclasses import replace

from xlbench.compare.live import Cpus, Looked, as_it_is
from xlbench.doctor.busy import Look
from xlbench.flags import Flag
from xlbench.probes.noise import allowed_cpus
from xlbench.run.prepare import Prepared, Warn
from xlbench.settings import Engine


def looking(engine: Engine, warn: Warn) -> Looked:
    """Begin to look; return what ends it.

    That warns of a machine that is busy, and has every cell say so. What is measured elsewhere is
    not looked for here.
    """
    if engine != "local":
        return as_it_is
    look = Look()

    def looked(prepared: Prepared, shared: Cpus) -> Prepared:
        threads = {}
        for arm in prepared.settings.arms:
            cpus = len(arm.options.cpus or shared or allowed_cpus())
            threads[arm.text] = arm.options.threads or cpus, cpus
        found = look.findings(threads)
        for finding in found:
            warn(f"this machine is not free: {finding.found}. What to do: {finding.advice}")
        if not found:
            return prepared
        return replace(prepared, inputs=replace(prepared.inputs, flags=(Flag.BUSY_MACHINE,)))

    return looked
