"""What the board counts: energy and throttling, and what it costs to ask."""

from __future__ import annotations

import itertools
import statistics
import time
from typing import Any

import torch

from gpu_checks.bench import DEVICE, Measured
from gpu_checks.check import Check, Found
from xlbench.session.device import nvml_of

KNOWN_W = (60, 1000)
"""Watts between which a busy data-centre board lies."""


def _busy(seconds: float) -> None:
    a = torch.randn(8192, 8192, device=DEVICE, dtype=torch.bfloat16)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for _ in range(10):
            torch.mm(a, a)
        torch.cuda.synchronize()


def energy() -> Found:
    board = nvml_of(torch.device(DEVICE))
    if board is None or board.energy_mj() is None:
        return Found(None, "the board has no counter of energy")
    a = torch.randn(8192, 8192, device=DEVICE, dtype=torch.bfloat16)
    ticks: list[float] = []
    last = board.energy_mj()
    until = time.monotonic() + 1.2
    while time.monotonic() < until:
        torch.mm(a, a)
        now = board.energy_mj()
        if now != last:
            ticks.append(time.monotonic())
            last = now
    torch.cuda.synchronize()
    steps_ms = [1e3 * (b - a) for a, b in itertools.pairwise(ticks)]
    measured = Measured()
    measured.open([64] * 640)
    short = measured.visit(seconds=0.05)
    visits = [measured.visit(seconds=1.5) for _ in range(2)]
    told: list[Any] = [v.readings["energy_mj"] for v in visits]
    figures: dict[str, Any] = {
        "step_ms": statistics.median(steps_ms) if steps_ms else None,
        "longest_step_ms": max(steps_ms, default=None),
        "short_visit_mj": short.readings["energy_mj"],
        "visits_mj": told,
    }
    if None in told or not steps_ms:
        return Found(False, f"no energy of a visit of 1.5 s: {told}", figures)
    watts = [
        mj / 1e3 / (sum(v.samples.column("cycle_ns").tolist()) / 1e9)
        for mj, v in zip(told, visits, strict=True)
    ]
    per_token = [
        mj / float(v.samples.column("tokens").sum()) for mj, v in zip(told, visits, strict=True)
    ]
    apart = max(per_token) / min(per_token) - 1
    figures |= {"watts": watts, "apart": apart}
    text = (
        f"steps of {figures['step_ms']:.0f} ms; {watts[0]:.0f} and {watts[1]:.0f} W, per token "
        f"{apart:.1%} apart; a visit of 50 ms: {figures['short_visit_mj']}"
    )
    fits = all(KNOWN_W[0] < w < KNOWN_W[1] for w in watts)
    return Found(fits and apart < 0.2 and figures["short_visit_mj"] is None, text, figures)


def throttle() -> Found:
    board = nvml_of(torch.device(DEVICE))
    if board is None:
        return Found(None, "NVML is not to be had")
    times = []
    for _ in range(20):
        start = time.perf_counter_ns()
        before = board.throttled_ns()
        times.append((time.perf_counter_ns() - start) / 1e6)
    bits = []
    for _ in range(5):
        start = time.perf_counter_ns()
        board.throttled()
        bits.append((time.perf_counter_ns() - start) / 1e6)
    began = time.monotonic_ns()
    _busy(1.5)
    spent = time.monotonic_ns() - began
    busy_mhz = board.sm_clock_mhz()
    after = board.throttled_ns()
    shares = {name: (after[name] - before.get(name, 0)) / spent for name in after}
    time.sleep(1.0)
    began = time.monotonic_ns()
    idle_before = board.throttled_ns()
    time.sleep(0.5)
    idle = {
        n: (v - idle_before[n]) / (time.monotonic_ns() - began)
        for n, v in board.throttled_ns().items()
    }
    figures = {
        "shares": shares,
        "idle_shares": idle,
        "busy_mhz": busy_mhz,
        "ask_ms": statistics.median(times),
        "bits_ms": statistics.median(bits),
        "bits_idle": board.throttled(),
    }
    told = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
    asking = f"asking {figures['ask_ms']:.2f} ms"
    text = f"under load {told or 'nothing is counted'} at {busy_mhz} MHz; {asking}"
    quiet = all(share < 0.01 for share in idle.values()) and not board.throttled()
    return Found(bool(shares) and quiet and max(shares.values()) <= 1.1, text, figures)


CHECKS = (
    Check("energy", "watts of a busy board, visits within 20 %, null for 50 ms", energy, 30),
    Check("throttle", "counted by reason, none of an idle board", throttle, 20),
)
