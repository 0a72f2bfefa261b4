"""What the harness adds to a bare forward pass, and what its padding saves.

    python benchmarks/overhead.py --data ../shared/data

Three comparisons, each side by side in this process, in random order:

1. the timed region with a model that does nothing: what the clock and the calls cost;
2. throughput as the harness reports it against a bare loop over the same padded batches;
3. bucketed padding against none (``packed``), against padding to the task's maximum (what XTREME's
   own scripts do) and against longest-in-batch in data order, a small encoder on real sentences of
   each task. ``packed`` must not be slower than ``bucket`` by more than 5 %.

The sentences are those of the embedded sample unless --data names a folder. With
--tokenizer FOLDER lengths are those of a real tokenizer.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from transformers import AutoTokenizer, XLMRobertaConfig, XLMRobertaModel

import xlbench
from xlbench.checkpoints.packed_call import PackedCall
from xlbench.checkpoints.uniform_call import UniformCall
from xlbench.data.open import open_source
from xlbench.encode.plan import Packing
from xlbench.measure.loop import Step, timed_loop
from xlbench.run.live_arm import BATCH_COST
from xlbench.session.cell import OpenCell
from xlbench.session.engine import Engine
from xlbench.session.runtimes import runtime_named
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.task import Task

EMBEDDED = Path(xlbench.__file__).parent / "checkpoints" / "embedded"
TOKENS_PER_BATCH = 1024
CPU = torch.device("cpu")


def encoder(vocabulary: int) -> UniformCall:
    """A 4-layer, 256-wide XLM-R encoder with seeded weights, called as cells of retrieval are."""
    torch.manual_seed(0)
    config = XLMRobertaConfig(
        vocab_size=vocabulary,
        hidden_size=256,
        num_hidden_layers=4,
        num_attention_heads=4,
        intermediate_size=1024,
        max_position_embeddings=514,
        type_vocab_size=1,
    )
    model = XLMRobertaModel(config, add_pooling_layer=False).eval()
    return UniformCall(model, "encoder", config.num_hidden_layers)


def cells(data: str, tokenizer: Any, limit: int) -> Iterator[OpenCell]:
    """One cell for each task: its first language there, at most ``limit`` examples."""
    source = open_source(data, TASKS)
    for task in TASKS.values():
        for language in source.languages(task.name)[:1]:
            examples = list(source.examples(task.name, language, limit))
            packing = packing_of("bucket", task)
            cell = OpenCell(
                task,
                language,
                task.kind,
                task.labels,
                examples,
                packing,
                tokenizer.pad_token_id,
            )
            cell.encode(tokenizer)
            yield cell


def packing_of(padding: str, task: Task) -> Packing:
    """Batches as a run makes them on a CPU."""
    return Packing(padding, None, TOKENS_PER_BATCH, task.max_length, batch_cost=BATCH_COST["cpu"])


def nothing() -> dict[str, Any]:
    """The timed region round a model that returns its input at once."""
    engine = Engine(lambda ids, mask: (ids,), CPU, runtime_named("eager"), 1)
    batch = tuple(torch.ones(8, 64, dtype=torch.long) for _ in range(2))
    step = Step(lambda unit: batch, engine.copy, engine.forward, lambda unit, outputs: None)
    timed_loop(range(1000), step, engine.clock)
    times = [t.latency_ns for t in timed_loop(range(20000), step, engine.clock)]
    return {
        "p50_us": float(np.quantile(times, 0.5)) / 1e3,
        "p99_us": float(np.quantile(times, 0.99)) / 1e3,
        "target_us": 10,
    }


def bare_loop(cell: OpenCell, model: Any, rounds: int, rng: np.random.Generator) -> dict[str, Any]:
    """Throughput of the harness over that of a bare loop, same batches, ``rounds`` times."""
    engine = Engine(model, CPU, runtime_named("eager"), cell.pad_id)
    batches = [engine.host(cell.batch(unit)) for unit in range(len(cell.plans))]
    units = range(len(batches))
    step = Step(
        lambda unit: engine.host(cell.batch(unit)),
        engine.copy,
        engine.forward,
        lambda unit, outputs: None,
    )

    def ours() -> float:
        return sum(t.latency_ns for t in timed_loop(units, step, engine.clock)) / 1e9

    def bare() -> float:
        start = time.perf_counter()
        for batch in batches:
            model(*batch)
        return time.perf_counter() - start

    both = {"ours": ours, "bare": bare}
    seconds: dict[str, list[float]] = {name: [] for name in both}
    for name in both:
        both[name]()
    for _ in range(rounds):
        for name in rng.permutation(list(both)).tolist():
            seconds[name].append(both[name]())
    return {
        "task": cell.task.name,
        "batches": len(batches),
        "rounds": rounds,
        "throughput_ratio": median(
            b / o for o, b in zip(seconds["ours"], seconds["bare"], strict=True)
        ),
        "target": 0.98,
    }


def padding(cell: OpenCell, model: Any, rounds: int, rng: np.random.Generator) -> dict[str, Any]:
    """Time of a whole pass with each padding strategy, and their padding efficiencies."""
    packed = PackedCall(deepcopy(model))
    engines = {
        name: Engine(
            packed if name == "packed" else model, CPU, runtime_named("eager"), cell.pad_id
        )
        for name in ("bucket", "packed", "longest", "max")
    }
    packings, plans = {}, {}
    for name in engines:
        cell.packing = packings[name] = packing_of(name, cell.task)
        cell.replan()
        plans[name] = cell.plans
    seconds: dict[str, list[float]] = {name: [] for name in plans}
    for index in range(rounds + 1):
        for name in rng.permutation(list(plans)).tolist():
            cell.plans, cell.packing, engine = plans[name], packings[name], engines[name]
            step = Step(
                lambda unit, engine=engine: engine.host(cell.batch(unit)),
                engine.copy,
                engine.forward,
                lambda unit, outputs: None,
            )
            timings = timed_loop(range(len(cell.plans)), step, engine.clock)
            if index:
                seconds[name].append(sum(t.latency_ns for t in timings) / 1e9)
    efficiency = {
        name: sum(b.tokens for b in plan) / sum(b.padded_tokens for b in plan)
        for name, plan in plans.items()
    }
    against = {
        f"throughput_over_{other}": median(
            o / b for o, b in zip(seconds[other], seconds["bucket"], strict=True)
        )
        for other in ("max", "longest")
    }
    against["packed_over_bucket"] = median(
        b / p for b, p in zip(seconds["bucket"], seconds["packed"], strict=True)
    )
    return {
        "task": cell.task.name,
        "language": cell.language,
        "windows": len(cell.windows),
        "buckets": len({b.padded_length for b in plans["bucket"]}),
        "batches": {name: len(plan) for name, plan in plans.items()},
        **{f"efficiency_{name}": value for name, value in efficiency.items()},
        **against,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="sample")
    parser.add_argument("--tokenizer", default=str(EMBEDDED))
    parser.add_argument("--limit", type=int, default=128, help="examples of each task")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="write the result there as JSON")
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    tokenizer = AutoTokenizer.from_pretrained(arguments.tokenizer)
    model = encoder(len(tokenizer))
    result: dict[str, Any] = {"cpu": platform.processor(), "threads": torch.get_num_threads()}
    with torch.inference_mode():
        result["no_op_model"] = nothing()
        print("no-op model:", result["no_op_model"], flush=True)
        result["bare_loop"], result["padding"] = [], []
        for cell in cells(arguments.data, tokenizer, arguments.limit):
            loop = bare_loop(cell, model, arguments.rounds, rng)
            pad = padding(cell, model, arguments.rounds, rng)
            result["bare_loop"].append(loop)
            result["padding"].append(pad)
            print(
                f"{cell.task.name:9} {cell.language}: harness over bare loop "
                f"{loop['throughput_ratio']:.3f}; bucket over max "
                f"{pad['throughput_over_max']:.2f}x, over longest "
                f"{pad['throughput_over_longest']:.2f}x; packed over bucket "
                f"{pad['packed_over_bucket']:.3f}; efficiency bucket "
                f"{pad['efficiency_bucket']:.3f}, longest {pad['efficiency_longest']:.3f}, max "
                f"{pad['efficiency_max']:.3f}",
                flush=True,
            )
    if arguments.out:
        # Not at the top: the worker loads this file, too, and not from this folder.
        from evidence import evidence

        arguments.out.write_text(json.dumps({**evidence(), **result}, indent=1) + "\n")


if __name__ == "__main__":
    main()
