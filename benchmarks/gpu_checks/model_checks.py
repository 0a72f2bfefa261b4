"""The models on the device: which kernels run, that they answer as on the CPU, and how fast."""

from __future__ import annotations

import statistics
import time
from typing import Any

import numpy as np
import torch

from gpu_checks.bench import (
    BASE,
    DEVICE,
    DTYPES,
    HEADS,
    SMALL,
    VOCABULARY,
    Measured,
    arrays,
    make_model,
    spread_lengths,
)
from gpu_checks.check import Check, Found
from gpu_checks.loop_checks import engine_for
from xlbench.checkpoints import packed_attention
from xlbench.checkpoints.packed_call import PackedCall
from xlbench.encode.collate import collate
from xlbench.encode.joined import join
from xlbench.encode.window import Window
from xlbench.session.cell import PER_TOKEN_HEADS

TOKENS = (4096, 16384)
ATTENTION = ("flash", "fmha", "cudnn", "attention", "efficient")


def kernels() -> Found:
    from torch.profiler import ProfilerActivity, profile

    seen: dict[str, list[str]] = {}
    for dtype in ("bf16", "fp32"):
        engine = engine_for(make_model(BASE, dtype))
        for name, real in (("dense", None), ("padded", 40)):
            inputs = tuple(
                t if t is None else t.to(DEVICE) for t in engine.host(arrays(32, 64, real))
            )
            with torch.inference_mode():
                engine.forward(inputs)
                torch.cuda.synchronize()
                with profile(activities=[ProfilerActivity.CUDA, ProfilerActivity.CPU]) as profiled:
                    engine.forward(inputs)
                    torch.cuda.synchronize()
            names = {event.key for event in profiled.key_averages()}
            seen[f"{dtype} {name}"] = sorted(
                n[:90] for n in names if any(word in n.lower() for word in ATTENTION)
            )
    math = [case for case, names in seen.items() if any("attention_math" in n for n in names)]
    short = {case: _kernel(names) for case, names in seen.items()}
    text = "; ".join(f"{case}: {name}" for case, name in short.items())
    return Found(not math and all(seen.values()), text, seen)


def _kernel(names: list[str]) -> str:
    for word in ("_cudnn", "_flash", "_efficient", "_math"):
        if any(f"attention{word}" in n or f"dot_product{word}" in n for n in names):
            return word.strip("_")
    return names[0][:40] if names else "none"


def as_on_the_cpu() -> Found:
    apart: dict[str, float] = {}
    agree = []
    for head in HEADS:
        here = make_model(SMALL, "fp32", head, device="cpu")
        there = make_model(SMALL, "fp32", head)
        torch.set_float32_matmul_precision("highest")
        worst = 0.0
        with torch.inference_mode():
            for seed in range(4):
                batch = arrays(8, 64, real=20 + 5 * seed, seed=seed)
                ids, mask = torch.from_numpy(batch.ids), torch.from_numpy(batch.mask)
                a, b = here(ids, mask), there(ids.to(DEVICE), mask.to(DEVICE))
                for x, y in zip(a, b, strict=True):
                    real = mask.bool() if x.dim() > 1 and x.shape[1] == 64 else slice(None)
                    left, right = x[real], y.cpu()[real]
                    worst = max(worst, float((left - right).abs().max()))
                    agree.append(float((left.argmax(-1) == right.argmax(-1)).float().mean()))
        apart[head] = worst
    figures: dict[str, Any] = {"apart": apart, "agreement": min(agree)}
    text = f"outputs within {max(apart.values()):.1e}, answers agree in {min(agree):.1%}"
    return Found(max(apart.values()) < 2e-3 and min(agree) > 0.99, text, figures)


def packed() -> Found:
    apart: dict[str, float] = {}
    windows = [
        Window(i, (5 + np.arange(n) * 7919 % (VOCABULARY - 5)).astype(np.int32))
        for i, n in enumerate(sorted(spread_lengths(24, 12, 90)))
    ]
    for dtype in ("fp32", "bf16"):
        torch.set_float32_matmul_precision("highest")
        for head in HEADS:
            padded = engine_for(make_model(SMALL, dtype, head))
            joined = engine_for(PackedCall(make_model(SMALL, dtype, head)))
            batches = collate(windows, windows[-1].length, 1), join(windows)
            with torch.inference_mode():
                (one, other) = (
                    engine.forward(engine.copy(engine.host(batch)))  # type: ignore[misc, arg-type]
                    for engine, batch in zip((padded, joined), batches, strict=True)
                )
            torch.cuda.synchronize()
            mask = torch.from_numpy(batches[0].mask).bool().to(DEVICE)
            per_token = head in PER_TOKEN_HEADS
            apart[f"{dtype} {head}"] = max(
                float(((a[mask] if per_token else a).float() - b.float()).abs().max())
                for a, b in zip(one, other, strict=True)
            )
    ways = {
        dtype: packed_attention.way(torch.device(DEVICE), DTYPES[dtype], SMALL.width // SMALL.heads)
        for dtype in ("fp32", "bf16")
    }
    worst = {
        dtype: max(value for name, value in apart.items() if name.startswith(dtype))
        for dtype in ways
    }
    text = "; ".join(f"{dtype}, {ways[dtype]}: within {worst[dtype]:.1e}" for dtype in ways)
    return Found(worst["fp32"] < 1e-4 and worst["bf16"] < 0.1, text, {"apart": apart, "ways": ways})


def speeds() -> Found:
    figures: dict[str, Any] = {}
    ceiling = _bf16_ceiling()
    cases = [("eager", padding, tokens) for padding in ("bucket", "packed") for tokens in TOKENS]
    for runtime, padding, tokens in [*cases, *(("cudagraph", "bucket", n) for n in TOKENS)]:
        measured = Measured(BASE, runtime=runtime, padding=padding)
        measured.open(spread_lengths(2000, 16, 128), tokens=tokens, longest=128)
        told = measured.visit(complete=True, seconds=0.5)
        cycles = float(told.samples.column("cycle_ns").sum())
        busy = float(told.samples.column("latency_ns").sum())
        real = float(told.samples.column("tokens").sum())
        rate = real / (cycles / 1e9)
        # Two operations for each weight of the layers and each token; attention aside.
        operations = 2 * 12 * BASE.layers * BASE.width**2
        figures[f"{runtime} {padding} {tokens}"] = {
            "tokens_per_s": round(rate),
            "busy_share": busy / cycles,
            "of_ceiling": rate * operations / ceiling,
            "padding_efficiency": told.batches.tokens / told.batches.padded_tokens,
            "batches": told.batches.count,
        }
    text = "; ".join(
        f"{name}: {f['tokens_per_s'] / 1e6:.2f} M tok/s, busy {f['busy_share']:.0%}, "
        f"{f['of_ceiling']:.0%} of the ceiling"
        for name, f in figures.items()
    )
    best = max(f["of_ceiling"] for f in figures.values())
    return Found(best > 0.2, text, figures)


def _bf16_ceiling() -> float:
    a = torch.randn(8192, 8192, device=DEVICE, dtype=torch.bfloat16)
    times = []
    for _ in range(6):
        torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(5):
            torch.mm(a, a)
        torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return 5 * 2 * 8192**3 / statistics.median(times)


CHECKS = (
    Check(
        "kernels", "a fused attention in each case, never the plain one", kernels, 30, alone=False
    ),
    Check(
        "as on the CPU",
        "fp32 outputs within 2e-3, answers agree in 99 %",
        as_on_the_cpu,
        20,
        alone=False,
    ),
    Check("packed", "equal to padded: fp32 within 1e-4, bf16 within 0.1", packed, alone=False),
    Check("speeds", "XLM-R base in bf16: over 20 % of the matrix ceiling", speeds, 40),
)
