"""Whole programs: a worker whose context is lost, and a comparison of an arm with itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch

from gpu_checks.bench import DEVICE, SPEC, Tokenizer
from gpu_checks.check import Check, Found
from xlbench.arms import parse_arm
from xlbench.cell import OFFLINE, Cell
from xlbench.run.live_arm import LiveArm
from xlbench.session.model import Model
from xlbench.tasks.pair.example import PairExample
from xlbench.workers.errors import WorkerFailure
from xlbench.workers.protocol import Visit

POISON = 40
"""Rows longer than this make the poisoned model fail on the device."""


def poisoned(spec: Any, device: torch.device, dtype: str, attn: str | None) -> Model:
    """A loader: its model reads beyond a table for long rows, and the device's context is lost."""
    table = torch.nn.Embedding(8, 3, device=device)

    def forward(ids: torch.Tensor, mask: torch.Tensor | None) -> tuple[torch.Tensor, ...]:
        index = torch.full_like(ids, 10**6 if ids.shape[1] > POISON else 1)
        return (table(index).sum(dim=1),)

    return Model(forward, Tokenizer(), ("contradiction", "entailment", "neutral"), 96)


def poisoned_worker() -> Found:
    arm = LiveArm(parse_arm(f"base@device={DEVICE}"), 60, f"{__file__}:poisoned")
    came: list[str] = []
    # The worker loads this file, which needs its neighbours.
    places = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, places))
    try:
        for language, length in (("en", 10), ("de", 60), ("fr", 12)):
            arm.load(SPEC)
            arm.open(
                "xnli",
                language,
                [PairExample(str(i), "w " * length, "", "neutral") for i in range(8)],
            )
            request = Visit(Cell("xnli", language, OFFLINE), 0, slice_ns=0, floor=1)
            try:
                arm.visit(request)
                came.append("ok")
            except WorkerFailure as error:
                came.append(f"failed: {' '.join(str(error).split())[:80]}")
    finally:
        processes = arm.process.count
        arm.stop()
    figures = {"cells": came, "processes": processes}
    holds = came[0] == "ok" and came[1].startswith("failed") and came[2] == "ok" and processes == 2
    return Found(holds, f"{came}, {processes} workers", figures)


def compare_with_itself() -> Found:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "result"
        command = [sys.executable, "-m", "xlbench", "compare", "base", "base@seed=0"]
        command += [
            "--tasks",
            "xnli",
            "--langs",
            "en,de",
            "--scenario",
            "offline",
            "--weights",
            "random",
        ]
        command += [
            "--device",
            DEVICE,
            "--budget",
            "10s",
            "--processes",
            "3",
            "--json",
            "--out",
            str(out),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        return Found(False, f"exit {done.returncode}: {done.stderr[-300:]}")
    verdicts = _verdicts(json.loads(done.stdout))
    text = f"exit {done.returncode}, verdicts {verdicts}"
    return Found(not {"faster", "slower"} & set(verdicts), text, {"verdicts": verdicts})


def _verdicts(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["verdict"]] if isinstance(value.get("verdict"), str) else []
        return own + [v for part in value.values() for v in _verdicts(part)]
    if isinstance(value, list):
        return [v for part in value for v in _verdicts(part)]
    return []


CHECKS = (
    Check(
        "poisoned worker",
        "one cell fails, the next has a new worker",
        poisoned_worker,
        60,
        alone=False,
    ),
    Check("compare A/A", "neither faster nor slower", compare_with_itself, 180),
)
