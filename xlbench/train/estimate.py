"""What a training would take: steps and tokens counted, time from steps that are timed here.

The sets are read and tokenised, so steps and tokens are the real ones; for each kind of phase the
model is built and a few steps are made on it, then thrown away.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from xlbench.probes.host import peak_rss_bytes, reset_peak
from xlbench.train import mlm
from xlbench.train.batches import Batches
from xlbench.train.execute import Prepared, phases
from xlbench.train.features import Feature
from xlbench.train.heads import build, encoder_of
from xlbench.train.mixing import Batch, order
from xlbench.train.phase import Phase
from xlbench.train.training_set import TrainingSet

_TIMED = 3


@dataclass(frozen=True, slots=True)
class Pace:
    """Of a phase: seconds for a token, memory at its peak (of the process, on CUDA of the
    allocator), the encoder's parameters beside the embeddings, and those that are trained."""

    token_s: float
    peak_bytes: int | None
    parameters: int
    trained: int


def estimate(prepared: Prepared) -> dict[str, Any]:
    """Return the plan: a row for each phase, and the sums.

    ``tokens`` are those of the batches with padding, as they are computed; ``flop`` is 6 for each
    of them and each parameter beside the embeddings (Kaplan et al. 2020, arXiv 2001.08361,
    section 2.1); ``expected_s`` is of this machine, and so is ``peak_bytes``; ``parameters`` are
    those that are trained.
    """
    rows: list[dict[str, Any]] = []
    paces: dict[object, Pace] = {}
    for _, phase in phases(prepared):
        features = {name: prepared.shelf.features(found) for name, found in phase.sets.items()}
        sizes = {name: len(found) for name, found in features.items()}
        batches = order(sizes, phase.recipe.batch_size, phase.steps(features), phase.suite.seed)
        kind = (*phase.sets, phase.recipe)
        if kind not in paces:
            paces[kind] = _pace(prepared, phase, features, batches)
        pace = paces[kind]
        tokens = sum(_tokens(batch, features) for batch in batches)
        rows.append(
            {
                "suite": phase.suite.name,
                "part": phase.part,
                "sets": list(phase.sets),
                "features": sum(sizes.values()),
                "steps": len(batches),
                "tokens": tokens,
                "flop": 6 * pace.parameters * tokens,
                "expected_s": tokens * pace.token_s,
                "peak_bytes": pace.peak_bytes,
            }
        )
    peaks = [row["peak_bytes"] for row in rows if row["peak_bytes"] is not None]
    return {
        "rows": rows,
        **{key: sum(row[key] for row in rows) for key in ("steps", "tokens", "flop", "expected_s")},
        "peak_bytes": max(peaks, default=None),
        "parameters": max((pace.trained for pace in paces.values()), default=0),
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "this CPU",
    }


def _pace(
    prepared: Prepared, phase: Phase, features: Mapping[str, list[Feature]], batches: list[Batch]
) -> Pace:
    """Time steps of forward, backward and update on the longest batches of the first ones."""
    tasks = {name: s.task for name, s in phase.sets.items() if isinstance(s, TrainingSet)}
    heads = build(
        prepared.start.folder,
        tasks,
        mlm=mlm.NAME if mlm.NAME in phase.sets else None,
        seed=phase.suite.seed,
        freeze=phase.recipe.freeze_embeddings,
    )
    device = torch.device(phase.recipe.device)
    heads.to(device).train()
    learnt = [p for p in heads.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learnt, lr=0.0)
    data = Batches(prepared.tokenizer, features, batches, phase.suite.seed)
    looked_at = sorted(range(min(len(batches), 50)), key=lambda i: _tokens(batches[i], features))
    steps = [looked_at[-1], *looked_at[-_TIMED:]]
    reset_peak()
    spent_s, tokens = 0.0, 0
    for number, step in enumerate(steps):
        began = time.perf_counter()
        inputs = {
            name: value.to(device) if isinstance(value, torch.Tensor) else value
            for name, value in data[step].items()
        }
        autocast = torch.autocast(device.type, torch.bfloat16, phase.recipe.dtype == "bf16")
        with autocast:
            loss = heads(**inputs)["loss"]
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        loss.item()  # waits for the device
        if number:  # the first is a warm-up
            spent_s += time.perf_counter() - began
            tokens += _tokens(batches[step], features)
    cuda = device.type == "cuda"
    peak = torch.cuda.max_memory_allocated() if cuda else peak_rss_bytes()
    encoder = encoder_of(heads)
    embeddings = sum(p.numel() for p in encoder.embeddings.parameters())
    parameters = sum(p.numel() for p in encoder.parameters()) - embeddings
    return Pace(spent_s / tokens, peak, parameters, sum(p.numel() for p in learnt))


def _tokens(batch: Batch, features: Mapping[str, list[Feature]]) -> int:
    windows = [w for i in batch.indices for w in features[batch.name][i].windows]
    return len(windows) * max(window.length for window in windows)
