"""All checks, in the order in which a reader wants them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from xlbench.doctor import (
    company,
    container,
    gpu,
    kernel,
    memory,
    processors,
    randomness,
    variables,
)
from xlbench.doctor.disk import disk
from xlbench.doctor.finding import Finding
from xlbench.probes.cgroup import limits
from xlbench.probes.noise import NoiseMeter, allowed_cpus
from xlbench.probes.system import HERE, System

LOOK_S = 0.5
"""How long the other work is watched."""


def examine(
    device: str,
    environment: Mapping[str, str],
    results: Path,
    system: System = HERE,
    seconds: float = 1.0,
) -> list[Finding]:
    """Return what every check found; takes about two seconds.

    Args:
        device: ``auto``, ``cpu`` or ``cuda:N``.
        environment: the variables of the process.
        results: where results would be written.
        system: where ``proc`` and ``sys`` are.
        seconds: duration of the noise test.

    Raises:
        UserError: ``device`` is malformed.
    """
    boards = gpu.gpus(device, os.getpid())
    return [*_settings(environment, results, system), *boards, *_measured(system, seconds)]


def _settings(environment: Mapping[str, str], results: Path, system: System) -> Iterator[Finding]:
    cpus, bounds = allowed_cpus(), limits(system)
    yield processors.governor(system, cpus)
    yield processors.turbo(system)
    yield processors.siblings(system, cpus)
    yield processors.clocksource(system)
    yield container.quota(bounds, cpus)
    yield variables.threads(environment, cpus)
    yield variables.slow_switches(environment)
    yield randomness.layout(system, environment)
    yield memory.free_memory(system, bounds)
    yield memory.swap(system)
    yield memory.huge_pages(system)
    yield memory.high_water_mark(system)
    yield disk(results)
    yield company.load(system, cpus)


def _measured(system: System, seconds: float) -> Iterator[Finding]:
    cpus = allowed_cpus()
    before = company.busy_ticks(system)
    time.sleep(LOOK_S)
    yield company.other_work(before, company.busy_ticks(system), cpus)
    meter = NoiseMeter(system=system)
    began, start_ns = meter.read(), time.perf_counter_ns()
    spreads = kernel.measure(cpus, seconds)
    noise, spent_ns = meter.since(began), time.perf_counter_ns() - start_ns
    yield company.steal(noise, spent_ns)
    yield company.preemption(noise, spent_ns)
    yield kernel.noise_test(spreads)
