"""The timed loop on the device: nothing waits, nothing is left out, it stops in time."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from itertools import cycle
from typing import Any

import torch

from gpu_checks.bench import (
    BASE,
    DEVICE,
    HEADS,
    SMALL,
    Measured,
    arrays,
    make_model,
    spread_lengths,
)
from gpu_checks.check import Check, Found
from xlbench.cell import SINGLE_STREAM
from xlbench.measure.clock import CudaClock
from xlbench.measure.loop import AHEAD, Step, timed_loop
from xlbench.probes.probe import WhileTimed
from xlbench.session.engine import Engine
from xlbench.session.kept_outputs import KeptOutputs
from xlbench.session.room import Room
from xlbench.session.runtimes import runtime_named


def engine_for(model: Any, runtime: str = "eager") -> Engine:
    return Engine(model, torch.device(DEVICE), runtime_named(runtime), 1, cuda=torch.cuda)


class Settled(CudaClock):
    """Notes when the last mark had passed: reading times afterwards is no part of the loop."""

    settled_ns = 0

    def settle(self) -> None:
        super().settle()
        self.settled_ns = time.perf_counter_ns()


def no_sync() -> Found:
    batches = [arrays(16, 64), arrays(16, 64, real=40)]
    waited = {}
    for head in HEADS:
        for runtime in ("eager", "cudagraph"):
            engine = engine_for(make_model(SMALL, head=head), runtime)
            kept = KeptOutputs(engine, Room(1 << 24))

            def prepare(unit: int, engine: Engine = engine) -> Any:
                return engine.host(batches[unit % 2])

            step = Step(prepare, engine.copy, engine.forward, kept.add)
            with torch.inference_mode():
                timed_loop(range(4), step, engine.clock)
                torch.cuda.set_sync_debug_mode("error")
                try:
                    timed_loop(range(4, 12), step, engine.clock)
                except RuntimeError as error:
                    waited[f"{head} {runtime}"] = str(error)[:200]
                finally:
                    torch.cuda.set_sync_debug_mode("default")
    text = f"{len(waited)} of {2 * len(HEADS)} loops waited for the device"
    return Found(not waited, text, {"waited": waited})


def new_shapes() -> Found:
    """Three rounds of one visit: a shape that was not ready is slow in the first alone, a host
    that pauses in any of them."""
    measured = Measured()
    lengths = list(range(12, 92, 2))
    measured.open(lengths)
    told = measured.visit(SINGLE_STREAM, floor=3 * len(lengths))
    times: dict[int, list[int]] = defaultdict(list)
    for length, ns in zip(
        told.samples.column("padded_length").tolist(),
        told.samples.column("latency_ns").tolist(),
        strict=True,
    ):
        times[length].append(ns)
    of_round = [[t[i] / statistics.median(t) for t in times.values()] for i in range(3)]
    over = [sum(ratio > 1.5 for ratio in ratios) for ratios in of_round]
    middle = [statistics.median(ratios) for ratios in of_round]
    figures = {"shapes": len(times), "over": over, "medians": middle, "worst": max(of_round[0])}
    text = (
        f"{len(times)} shapes; above 1.5 of their median in the first, second and third round: "
        f"{', '.join(map(str, over))}; medians {', '.join(f'{m:.2f}' for m in middle)}"
    )
    ready = over[0] <= max(over[1:]) + len(lengths) // 20 and middle[0] < 1.1 * middle[1]
    return Found(ready and len(times) == len(lengths), text, figures)


def single_stream() -> Found:
    measured = Measured()
    lengths = spread_lengths(40)
    measured.open(lengths)
    measured.visit(SINGLE_STREAM, seconds=1.0, floor=60)
    engine = measured.session._ready.bench.engine  # type: ignore[union-attr]

    def bare() -> float:
        host = []
        with torch.inference_mode():
            for length in lengths:
                batch = engine.host(arrays(1, length))
                torch.cuda.synchronize()
                start = time.perf_counter_ns()
                engine.forward(engine.copy(batch))  # type: ignore[misc]
                torch.cuda.synchronize()
                host.append(time.perf_counter_ns() - start)
        return statistics.median(host)

    # In turns: a model this small is launched by the host, whose pace wanders by tenths.
    ours, synced = [], []
    for seed in range(9):
        synced.append(bare())
        told = measured.visit(SINGLE_STREAM, seconds=0.0, floor=len(lengths), seed=seed)
        ours.append(statistics.median(told.samples.column("latency_ns").tolist()))
    change = statistics.median(a / b for a, b in zip(ours, synced, strict=True)) - 1
    figures = {"events_ns": ours, "synced_host_ns": synced, "change": change}
    text = (
        f"events {statistics.median(ours) / 1e6:.3f} ms, synced host time "
        f"{statistics.median(synced) / 1e6:.3f} ms: {change:+.1%} in pairs"
    )
    return Found(abs(change) < 0.1, text, figures)


def throughput() -> Found:
    figures: dict[str, Any] = {}
    worst = 0.0
    cases = (("eager", 64, 64), ("cudagraph", 64, 64), ("cudagraph", 16, 16))
    model = make_model(BASE)
    for runtime, rows, length in cases:
        engine = engine_for(model, runtime)
        batch = arrays(rows, length, real=length - 2)

        def prepare(unit: int, engine: Engine = engine, batch: Any = batch) -> Any:
            return engine.host(batch)

        step = Step(prepare, engine.copy, engine.forward, lambda unit, outputs: None)
        count = 60
        with torch.inference_mode():
            timed_loop(range(10), step, engine.clock)
            found = []
            for _ in range(5):  # in turns, as the host's pace wanders
                torch.cuda.synchronize()
                clock = Settled(torch.cuda)
                begin = time.perf_counter_ns()
                timings = timed_loop(range(count), step, clock)
                wall = clock.settled_ns - begin
                begin = time.perf_counter_ns()
                for _ in range(count):
                    engine.forward(engine.copy(engine.host(batch)))  # type: ignore[misc]
                torch.cuda.synchronize()
                bare = time.perf_counter_ns() - begin
                cycles = sum(t.cycle_ns for t in timings)
                found.append((cycles / wall, cycles / bare))
        over_wall, over_bare = (statistics.median(f[i] for f in found) for i in (0, 1))
        busy = sum(t.latency_ns for t in timings)
        name = f"{runtime} {rows}x{length}"
        figures[name] = {
            "loop_over_wall": over_wall,
            "loop_over_bare": over_bare,
            "by_turn": found,
            "busy_share": busy / cycles,
            "tokens_per_s": rows * length * count / (cycles / 1e9),
        }
        worst = max(worst, abs(over_wall - 1), over_bare - 1)
    text = "; ".join(
        f"{name}: {f['loop_over_bare'] - 1:+.1%} of a bare loop, busy {f['busy_share']:.0%}"
        for name, f in figures.items()
    )
    return Found(worst < 0.02, text, figures)


def deadline() -> Found:
    class Pause:
        def __call__(self, unit: int) -> None:
            torch.cuda._sleep(100_000_000)  # type: ignore[no-untyped-call]

    engine = engine_for(lambda *t: t)
    step = Step(lambda u: u, None, Pause(), lambda unit, outputs: None)
    timed_loop(range(2), step, engine.clock)
    start = time.perf_counter_ns()
    timings = timed_loop(cycle((0,)), step, engine.clock, deadline_ns=start + 10_000_000)
    spent_ms = (time.perf_counter_ns() - start) / 1e6
    each_ms = timings[-1].latency_ns / 1e6
    figures = {"batches": len(timings), "spent_ms": spent_ms, "each_ms": each_ms}
    text = f"{len(timings)} batches of {each_ms:.0f} ms past a slice of 10 ms"
    return Found(len(timings) <= AHEAD, text, figures)


def visit_cost() -> Found:
    """What a short visit to a warm cell takes beside its timed batches, and where."""
    measured = Measured(SMALL)
    measured.open(spread_lengths(200))
    for _ in range(3):
        measured.visit(complete=True)
    session = measured.session
    bench = session._need().bench
    probes = session._instruments._around_visits
    parts: dict[str, list[float]] = defaultdict(list)

    def clocked(name: str, work: Any) -> Any:
        begin = time.perf_counter()
        result = work()
        parts[name].append((time.perf_counter() - begin) * 1e3)
        return result

    for _ in range(5):
        told = clocked("visit", lambda: measured.visit(complete=True))
        parts["timed"].append(sum(told.samples.column("cycle_ns").tolist()) / 1e6)
        clocked("references", lambda: session._instruments.references(bench))
        for probe in probes._probes:
            name = type(probe).__name__
            clocked(f"{name}.start", probe.start)
            if isinstance(probe, WhileTimed):
                clocked(f"{name}.begin", probe.begin)
                clocked(f"{name}.end", probe.end)
            clocked(f"{name}.stop", probe.stop)
    figures = {name: round(statistics.median(ms), 3) for name, ms in parts.items()}
    beside = figures["visit"] - figures["timed"]
    slow = sorted(figures, key=figures.__getitem__, reverse=True)[:5]
    text = f"{beside:.0f} ms beside {figures['timed']:.0f} ms; most: " + ", ".join(
        f"{name} {figures[name]:.1f}" for name in slow
    )
    return Found(beside < 200, text, figures)


CHECKS = (
    Check(
        "no synchronisation",
        "none of 8 loops (4 heads, eager and graphs) waits",
        no_sync,
        40,
        alone=False,
    ),
    Check(
        "new shapes",
        "first samples as later ones: above 1.5 of their median as rarely, medians within 10 %",
        new_shapes,
        30,
    ),
    Check("single-stream", "events as synced host time within 10 %", single_stream, 20),
    Check(
        "throughput", "the loop's time within 2 % of wall time and of a bare loop", throughput, 30
    ),
    Check("deadline", f"at most {AHEAD} batches past a slice", deadline),
    Check("cost of a visit", "below 200 ms beside its timed batches", visit_cost, 30),
)
