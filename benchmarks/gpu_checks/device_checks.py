"""The device itself: who it is, what it can do, how its clock and its events tell time."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import time

import torch

from gpu_checks.bench import DEVICE, Measured, arrays, wall_s
from gpu_checks.check import Check, Found
from xlbench.measure.clock import CudaClock, HostClock
from xlbench.measure.reference import Reference
from xlbench.session.device import nvml_of
from xlbench.session.engine import Engine
from xlbench.session.runtimes import runtime_named

SLEEP_CYCLES = 100_000_000
"""Cycles of a kernel that does nothing: about 50 ms."""


def identity() -> Found:
    device = torch.device(DEVICE)
    board = nvml_of(device)
    properties = torch.cuda.get_device_properties(device)
    if board is None:
        return Found(False, f"NVML does not open the device with uuid {properties.uuid}")
    facts = board.describe()
    told = facts["memory_total_bytes"] or 0
    same_memory = abs(told / properties.total_memory - 1) < 0.05
    figures = {
        "torch": properties.name,
        "nvml": facts["name"],
        "uuid": board.uuid(),
        "torch_total_bytes": properties.total_memory,
        "nvml_total_bytes": told,
        "driver": facts["driver"],
        "visible": os.environ.get("CUDA_VISIBLE_DEVICES"),
    }
    holds = facts["name"] == properties.name and same_memory
    return Found(holds, f"{facts['name']}, {board.uuid()}", figures)


def identity_by_uuid() -> Found:
    import pynvml

    pynvml.nvmlInit()
    last = pynvml.nvmlDeviceGetCount() - 1
    uuid = pynvml.nvmlDeviceGetUUID(pynvml.nvmlDeviceGetHandleByIndex(last))
    os.environ["CUDA_VISIBLE_DEVICES"] = uuid
    board = nvml_of(torch.device(DEVICE))
    found = None if board is None else board.uuid()
    return Found(found == uuid, f"cuda:0 is {found}", {"asked": uuid, "found": found})


def ceilings() -> Found:
    size, passes = 8192, 10
    figures: dict[str, float] = {}
    kinds = (("bf16", torch.bfloat16, False), ("tf32", torch.float32, True))
    for name, dtype, tf32 in (*kinds, ("fp32", torch.float32, False)):
        torch.set_float32_matmul_precision("high" if tf32 else "highest")
        a, b = (torch.randn(size, size, device=DEVICE, dtype=dtype) for _ in range(2))
        count = passes if name != "fp32" else 3

        def multiply(a: torch.Tensor = a, b: torch.Tensor = b, count: int = count) -> None:
            for _ in range(count):
                torch.mm(a, b)

        multiply()
        figures[f"{name}_tflop_per_s"] = 2 * size**3 * count / wall_s(multiply, 3) / 1e12
    there = torch.empty(1 << 30, dtype=torch.uint8, device=DEVICE)
    other = torch.empty_like(there)
    figures["copy_gb_per_s"] = 2 * (1 << 30) / wall_s(lambda: other.copy_(there), 5) / 1e9
    pinned = torch.empty(1 << 28, dtype=torch.uint8).pin_memory()
    part = there[: 1 << 28]
    h2d = wall_s(lambda: part.copy_(pinned, non_blocking=True), 5)
    figures["h2d_gb_per_s"] = (1 << 28) / h2d / 1e9
    figures = {name: round(value, 1) for name, value in figures.items()}
    least = {
        "bf16_tflop_per_s": 400,
        "tf32_tflop_per_s": 200,
        "fp32_tflop_per_s": 35,
        "copy_gb_per_s": 1800,
        "h2d_gb_per_s": 10,
    }
    known = "H100" in torch.cuda.get_device_name(0) or "H200" in torch.cuda.get_device_name(0)
    holds = all(figures[name] >= value for name, value in least.items()) if known else None
    return Found(holds, ", ".join(f"{name} {value}" for name, value in figures.items()), figures)


def events() -> Found:
    clock = CudaClock(torch.cuda)
    torch.cuda._sleep(SLEEP_CYCLES)  # type: ignore[no-untyped-call]
    torch.cuda.synchronize()
    off = []
    for _ in range(5):
        torch.cuda.synchronize()
        start = time.perf_counter_ns()
        first = clock.mark()
        torch.cuda._sleep(SLEEP_CYCLES)  # type: ignore[no-untyped-call]
        last = clock.mark()
        clock.settle()
        host = time.perf_counter_ns() - start
        off.append(clock.between(first, last) / host - 1)
    count = 2000
    start = time.perf_counter_ns()
    for _ in range(count):
        clock.mark()
    mark_us = (time.perf_counter_ns() - start) / count / 1e3
    worst = max(map(abs, off))
    figures = {"worst_difference": worst, "mark_us": round(mark_us, 2)}
    return Found(
        worst < 0.01 and mark_us < 15,
        f"events against the host's clock {worst:+.3%}, a mark costs {mark_us:.1f} us",
        figures,
    )


def pinned_copies() -> Found:
    engine = Engine(lambda *t: t, torch.device(DEVICE), runtime_named("eager"), 1, cuda=torch.cuda)
    assert engine.copy is not None
    batches = [arrays(64, 64, seed=i) for i in range(40)]
    torch.cuda._sleep(2 * SLEEP_CYCLES)  # type: ignore[no-untyped-call]
    # All 40 are filled and handed over while the device has not begun with the first.
    there = [engine.copy(engine.host(batch)) for batch in batches]
    held_back = not torch.cuda.current_stream().query()
    torch.cuda.synchronize()
    wrong = sum(
        not torch.equal(got[0].cpu(), torch.from_numpy(sent.ids))
        for got, sent in zip(there, batches, strict=True)
        if got[0] is not None
    )
    figures = {"wrong": wrong, "held_back": held_back}
    text = f"{wrong} of 40 batches differ; held back: {held_back}"
    return Found(wrong == 0 and held_back, text, figures)


def clock_ramp() -> Found:
    measured = Measured()
    measured.open([64] * 256)
    measured.visit(seconds=0.5, floor=5)
    board = nvml_of(torch.device(DEVICE))
    time.sleep(2.0)
    idle_mhz = board.sm_clock_mhz() if board else None
    told = measured.visit(seconds=0.3, floor=20)
    times = told.samples.column("latency_ns").tolist()
    middle = statistics.median(times)
    first = max(times[:3]) / middle
    busy_mhz = told.readings["gpu_mhz"]
    figures = {"idle_mhz": idle_mhz, "busy_mhz": busy_mhz, "first_over_median": round(first, 3)}
    text = (
        f"{idle_mhz} MHz idle, {busy_mhz} busy; first three samples at most {first:.3f} of median"
    )
    return Found(first < 1.1, text, figures)


def _burn(until: float) -> None:
    while time.monotonic() < until:
        pass


def reference_beside_hogs() -> Found:
    device, host = Reference(torch.device(DEVICE)), Reference(torch.device("cpu"))
    clock = CudaClock(torch.cuda)
    torch.set_num_threads(4)

    def read() -> tuple[float, float]:
        pairs = [(device.steady_ns(clock), host.time_ns(HostClock())) for _ in range(9)]
        device_ns, host_ns = (statistics.median(part) for part in zip(*pairs, strict=True))
        return device_ns, host_ns

    read()
    quiet = read()
    until = time.monotonic() + 3.0
    spawn = multiprocessing.get_context("fork")
    hogs = [
        spawn.Process(target=_burn, args=(until,), daemon=True)
        for _ in range(2 * (os.cpu_count() or 1))
    ]
    for hog in hogs:
        hog.start()
    time.sleep(0.3)
    beside = read()
    for hog in hogs:
        hog.kill()
    changes = [b / q - 1 for q, b in zip(quiet, beside, strict=True)]
    figures = {
        "device_ms": quiet[0] / 1e6,
        "host_ms": quiet[1] / 1e6,
        "device_change": changes[0],
        "host_change": changes[1],
    }
    text = (
        f"{quiet[0] / 1e6:.3f} ms on the device, beside {len(hogs)} hogs {changes[0]:+.2%}; "
        f"the host's {changes[1]:+.0%}"
    )
    return Found(quiet[0] >= 1e6 and abs(changes[0]) < 0.02, text, figures)


CHECKS = (
    Check("identity", "NVML opens the device that torch uses", identity, alone=False),
    Check(
        "identity by UUID",
        "so too under CUDA_VISIBLE_DEVICES=GPU-...",
        identity_by_uuid,
        alone=False,
    ),
    Check(
        "ceilings",
        "H100: bf16 >= 400 TFLOP/s, tf32 >= 200, fp32 >= 35, copies >= 1800 GB/s, H2D >= 10",
        ceilings,
    ),
    Check("events", "as the host's clock within 1 %, a mark below 15 us", events),
    Check("pinned buffers", "0 of 40 held-back copies differ", pinned_copies, alone=False),
    Check("clock ramp", "first samples after idleness at most 1.1 of the median", clock_ramp, 30),
    Check(
        "reference kernel",
        ">= 1 ms on the device; beside hogs on all processors within 2 %",
        reference_beside_hogs,
        30,
    ),
)
