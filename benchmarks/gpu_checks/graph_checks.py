"""CUDA graphs and compilation: what is captured is right, and what it holds is bounded."""

from __future__ import annotations

import time

import torch

from gpu_checks.bench import (
    BASE,
    DEVICE,
    FAMILIES,
    HEADS,
    SMALL,
    Measured,
    arrays,
    make_model,
    spread_lengths,
)
from gpu_checks.check import Check, Found
from gpu_checks.loop_checks import engine_for
from xlbench.encode.ladder import rungs
from xlbench.errors import UserError

WORKSPACE_BYTES = 40 << 20
"""What cuBLAS keeps for a stream, once it was used, as long as the process lives (32 MiB on sm_90),
and a block beside it."""


def captures() -> Found:
    worst: dict[str, float] = {}
    with torch.inference_mode():
        for family in FAMILIES:
            for head in HEADS:
                model = make_model(SMALL, "fp32", head, family)
                eager, graphs = engine_for(model), engine_for(model, "cudagraph")
                apart = 0.0
                # Largest first, then back and forth: a graph must not disturb another's outputs.
                for seed, (rows, length) in enumerate(
                    ((16, 96), (8, 48), (4, 16), (16, 96), (8, 48))
                ):
                    batch = arrays(rows, length, real=length // 2, seed=seed)
                    inputs = graphs.host(batch)
                    on_device = tuple(t if t is None else t.to(DEVICE) for t in inputs)
                    for a, b in zip(
                        eager.forward(on_device), graphs.forward(on_device), strict=True
                    ):
                        apart = max(apart, float((a - b).abs().max()))
                worst[f"{family} {head}"] = apart
    text = f"{len(worst)} captured; replays differ from eager by at most {max(worst.values()):.1e}"
    return Found(max(worst.values()) < 1e-4, text, worst)


def graph_memory() -> Found:
    model = make_model(BASE)
    lengths = rungs(512)
    shapes = [(max(1, 8192 // n), n) for n in reversed(lengths)]
    held = []
    with torch.inference_mode():
        engine = engine_for(model, "cudagraph")
        before = torch.cuda.memory_reserved()
        for rows, length in shapes:
            engine.forward(
                tuple(t.to(DEVICE) for t in engine.host(arrays(rows, length)) if t is not None)
            )
            torch.cuda.synchronize()
            torch.cuda.empty_cache()
            held.append(torch.cuda.memory_reserved() - before)
        engine.free()
        torch.cuda.synchronize()
        torch.cuda.empty_cache()
        after = torch.cuda.memory_reserved() - before
    growth = held[-1] / held[0]
    figures = {"first_bytes": held[0], "all_bytes": held[-1], "dropped_bytes": after}
    text = (
        f"{len(shapes)} shapes hold {held[-1] / 2**20:.0f} MiB, the largest alone "
        f"{held[0] / 2**20:.0f}; {after / 2**20:.0f} after dropping"
    )
    return Found(growth < 1.5 and after <= WORKSPACE_BYTES, text, figures)


def graph_speed() -> Found:
    rate = {}
    for runtime in ("eager", "cudagraph"):
        measured = Measured(BASE, runtime=runtime)
        measured.open([20] * 64, tokens=20)
        told = measured.visit("single-stream", seconds=0.6, floor=30)
        rate[runtime] = (
            sorted(told.samples.column("latency_ns").tolist())[len(told.samples) // 2] / 1e6
        )
    text = f"one row of 20 tokens: eager {rate['eager']:.2f} ms, graph {rate['cudagraph']:.2f} ms"
    return Found(rate["cudagraph"] < rate["eager"], text, rate)


def compiled() -> Found:
    start = time.monotonic()
    try:
        measured = Measured(SMALL, runtime="compile")
    except UserError as error:
        return Found(None, f"refused with the reason: {error}")
    opened = measured.open(spread_lengths(40, 20, 60), tokens=2048)
    told = measured.visit(complete=True)
    first_s = time.monotonic() - start
    start = time.monotonic()
    again = measured.visit(complete=True)
    second_s = time.monotonic() - start
    figures = {
        "batches": opened.batches.count,
        "edges": opened.batches.edges,
        "first_s": first_s,
        "second_s": second_s,
        "warm_up_passes": told.warm_up_passes,
        "again_warm_up_passes": again.warm_up_passes,
        "flags": told.flags,
    }
    text = (
        f"{len(opened.batches.edges)} lengths compiled in {first_s:.0f} s, again {second_s:.1f} s"
    )
    return Found(second_s < 2.0 and not again.warm_up_passes, text, figures)


CHECKS = (
    Check(
        "captures", "4 heads, 2 families: replays as eager within 1e-4", captures, 40, alone=False
    ),
    Check(
        "graph memory",
        "all shapes at most 1.5 of the largest; after dropping only cuBLAS's workspace",
        graph_memory,
        30,
        alone=False,
    ),
    Check("graph speed", "a replay of one row is faster than eager", graph_speed, 20),
    Check(
        "compile",
        "compiled once for each shape, or refused with the reason",
        compiled,
        60,
        alone=False,
    ),
)
