"""Device memory: peaks that repeat, batches that are halved, and what NVML says of it."""

from __future__ import annotations

import os
from typing import Any

import torch

from gpu_checks.bench import BASE, DEVICE, SMALL, Measured, make_model, spread_lengths
from gpu_checks.check import Check, Found

NAMES = ("peak_vram_allocated_bytes", "peak_vram_reserved_bytes")


def peaks(told: Any) -> tuple[int, ...]:
    return tuple(told.readings[name] for name in NAMES)


def peaks_repeat() -> Found:
    figures: dict[str, Any] = {}
    same = True
    for runtime in ("eager", "cudagraph"):
        measured = Measured(BASE, runtime=runtime)
        measured.open(spread_lengths(300))
        measured.open(spread_lengths(300, 12, 240), language="de")
        seen = []
        for language in ("en", "de", "en", "de"):
            told = measured.visit(language=language, complete=True)
            seen.append((language, peaks(told)))
        figures[runtime] = seen
        measured.close()
        if runtime == "eager":
            same = same and all(seen[i] == seen[i + 2] for i in (0, 1))
        # The buffers of the other language's graphs, some hundred kilobytes, are there by then.
        same = same and all(abs(seen[i + 2][1][0] / seen[i][1][0] - 1) < 0.002 for i in (0, 1))
    text = "; ".join(
        f"{runtime}: " + ", ".join(f"{n} {a / 2**20:.1f}/{r / 2**20:.0f}" for n, (a, r) in seen)
        for runtime, seen in figures.items()
    )
    return Found(same, f"{text} MiB allocated/reserved", figures)


def replay_peak() -> Found:
    """A graph's peak must be near eager's: both need the same activations."""
    told = {}
    for runtime in ("eager", "cudagraph"):
        measured = Measured(BASE, runtime=runtime)
        measured.open([120] * 300)
        measured.visit(complete=True)
        told[runtime] = peaks(measured.visit(complete=True))[0]
        measured.close()
    ratio = told["cudagraph"] / told["eager"]
    text = f"a replay's peak is {ratio:.3f} of eager's ({told['cudagraph'] / 2**20:.0f} MiB)"
    return Found(0.9 < ratio < 1.5, text, told)


def out_of_memory() -> Found:
    figures: dict[str, Any] = {}
    holds = True
    for runtime in ("eager", "cudagraph"):
        measured = Measured(BASE, runtime=runtime)
        opened = measured.open([256] * 512, tokens=131_072)
        total = torch.cuda.get_device_properties(0).total_memory
        limit = torch.cuda.memory_reserved() + (400 << 20)
        torch.cuda.set_per_process_memory_fraction(limit / total)
        told = measured.visit(complete=True)
        again = measured.visit(seconds=0.2)
        torch.cuda.set_per_process_memory_fraction(1.0)
        measured.close()
        figures[runtime] = {
            "tokens_per_batch": [opened.batches.tokens_per_batch, told.batches.tokens_per_batch],
            "peaks": [peaks(told), peaks(again)],
            "limit_bytes": limit,
            "flags": told.flags,
            "units": len(set(again.samples.column("unit").tolist())),
        }
        holds = holds and "oom-halved" in told.flags and "oom-halved" in again.flags
        holds = holds and told.predictions is not None and len(told.predictions) == 512
        holds = holds and peaks(told)[0] <= limit
        holds = holds and abs(peaks(told)[0] / peaks(again)[0] - 1) < 0.02
    text = "; ".join(
        f"{runtime}: {f['tokens_per_batch'][0]} -> {f['tokens_per_batch'][1]} tokens, peak "
        f"{f['peaks'][0][0] / 2**20:.0f} MiB (limit {f['limit_bytes'] / 2**20:.0f})"
        for runtime, f in figures.items()
    )
    return Found(holds, text, figures)


def nvml_memory() -> Found:
    from xlbench.session.device import company, nvml_of, own_pid

    before = company()
    make_model(SMALL)
    held = torch.empty(1 << 30, dtype=torch.uint8, device=DEVICE)
    board = nvml_of(torch.device(DEVICE))
    pid = own_pid(board, before)
    told = board.process_bytes(pid) if board and pid else None
    reserved = torch.cuda.memory_reserved()
    figures = {
        "own_pid": os.getpid(),
        "nvml_pid": pid,
        "process_bytes": told,
        "reserved_bytes": reserved,
        "held_bytes": held.numel(),
        "pids": sorted(board.pids() or ()) if board else None,
    }
    if told is None:
        return Found(None, f"NVML does not tell it here (pids {figures['pids']})", figures)
    beyond = (told - reserved) / 2**20
    text = f"{told / 2**20:.0f} MiB, {beyond:.0f} beyond torch's; pid {os.getpid()} is {pid} there"
    return Found(0 < beyond < 1500, text, figures)


CHECKS = (
    Check(
        "peaks",
        "the same at a second visit: eager to the byte, graphs within 0.2 %",
        peaks_repeat,
        40,
        alone=False,
    ),
    Check(
        "peak of a replay",
        "0.9 to 1.5 of eager's, not the weights alone",
        replay_peak,
        20,
        alone=False,
    ),
    Check(
        "out of memory",
        "halved, all predicted, the peak that of the attempt that went through",
        out_of_memory,
        40,
        alone=False,
    ),
    Check("NVML memory", "0 to 1500 MiB beyond what torch reserved", nvml_memory),
)
