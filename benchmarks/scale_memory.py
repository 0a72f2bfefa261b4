"""Does memory stay what it is, whatever the size of the data? XNLI of a million rows, BUCC of many.

    python benchmarks/scale_memory.py xnli --rows 1000000
    python benchmarks/scale_memory.py bucc --rows 300000

Runs ``xlbench run`` over data made for it, first over few rows, then over all, and watches the
resident memory of the controller and of its worker. What a worker holds beyond what it holds for
few rows is its growth.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from evidence import evidence

MIB = 2**20
FEW = 20_000
"""Enough for full batches of each length: what those take is the model's."""
TARGET_CONTROLLER_MIB = 300
TARGET_GROWTH_MIB = 100
EVERY_S = 0.05

_WORDS = """
the of and to in is that it was for on are with as his they at be this from have or by one had not
but what all were when we there can an your which their said if do will each about how up out them
then she many some so these would other into has more her two like him see
"""


def sentences(count: int, seed: int) -> Iterator[str]:
    """Yield sentences of 2 to 12 words, hardly one twice."""
    draw, known = np.random.default_rng(seed), _WORDS.split()
    for number in range(count):
        words = [known[i] for i in draw.integers(0, len(known), draw.integers(2, 13)).tolist()]
        yield f"{' '.join(words)} {number % 9973}"


def write_xnli(folder: Path, rows: int) -> None:
    """Write the test set of one language."""
    (folder / "xnli").mkdir(parents=True)
    labels = ("entailment", "neutral", "contradiction")
    with (folder / "xnli" / "test-en.tsv").open("w") as file:
        for number, text in enumerate(sentences(rows, 1)):
            half = len(text) // 2
            file.write(f"{text}\t{text[half:].strip() or 'so'}\t{labels[number % 3]}\n")


def write_bucc(folder: Path, rows: int) -> None:
    """Write as many sentences a side, of which 2 % have a translation: themselves."""
    (folder / "bucc2018").mkdir(parents=True)
    for split, count in (("test", rows), ("dev", FEW)):
        name = f"bucc2018/de-en.{split}"
        draw = np.random.default_rng(count)
        gold = np.sort(draw.choice(count, max(2, count // 50), replace=False))
        source = list(sentences(count, 2))
        with (folder / f"{name}.de").open("w") as file:
            file.writelines(f"de-{n:09d}\t{text}\n" for n, text in enumerate(source))
        with (folder / f"{name}.en").open("w") as file:
            kept = set(gold.tolist())
            for n, other in enumerate(sentences(count, 3)):
                file.write(f"en-{n:09d}\t{source[n] if n in kept else other}\n")
        with (folder / f"{name}.gold").open("w") as file:
            file.writelines(f"de-{n:09d}\ten-{n:09d}\n" for n in gold.tolist())


def write_model(folder: Path, width: int) -> None:
    """Write an encoder of one layer with a head for pairs, and random weights."""
    import torch
    from transformers import (
        AutoTokenizer,
        XLMRobertaConfig,
        XLMRobertaForSequenceClassification,
    )

    import xlbench.checkpoints.embedded as embedded

    tokenizer = AutoTokenizer.from_pretrained(Path(embedded.__file__).parent)
    torch.manual_seed(0)
    names = ["entailment", "neutral", "contradiction"]
    config = XLMRobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=2 * width,
        max_position_embeddings=514,
        type_vocab_size=1,
        id2label=dict(enumerate(names)),
        label2id={name: i for i, name in enumerate(names)},
    )
    XLMRobertaForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def resident(pid: int) -> dict[str, int]:
    """Return resident bytes of a process, all of them and those of no file."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    known = {line.split(":")[0]: line.split() for line in lines}
    return {
        name: int(known[field][1]) * 1024
        for name, field in (("rss", "VmRSS"), ("anonymous", "RssAnon"))
        if field in known
    }


def children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(word) for word in text.split()]


def watched(command: list[str]) -> dict[str, Any]:
    """Run a command; return its time and the peaks of it and of what it starts."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peaks: dict[str, int] = {}
    while process.poll() is None:
        for who, pids in (("controller", [process.pid]), ("worker", children(process.pid))):
            for pid in pids:
                for name, size in resident(pid).items():
                    peaks[f"{who}_{name}"] = max(peaks.get(f"{who}_{name}", 0), size)
        time.sleep(EVERY_S)
    assert process.stderr is not None
    told = process.stderr.read().decode()
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{told}")
    wall_s = time.monotonic() - began
    return {"wall_s": wall_s, **{f"{k}_mib": v / MIB for k, v in peaks.items()}}


def measured(task: str, data: Path, model: Path, out: Path, budget: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "xlbench", "run", "--ckpt", f"{model}@device=cpu,threads=1"]
    command += ["--tokens-per-batch", "8192", "--tasks", task, "--data", str(data)]
    command += ["--budget", budget, "--timeout", "14400s", "--out", str(out)]
    found = watched(command)
    import pyarrow.parquet as pq

    cells = pq.read_table(out / "cells.parquet").to_pylist()
    predictions = sum(
        pq.ParquetFile(path).metadata.num_rows for path in (out / "predictions").iterdir()
    )
    return found | {
        "cells": {
            row["scenario"]: {
                name: row[name]
                for name in ("status", "n_examples", "n_samples", "metric_name", "metric_value")
            }
            for row in cells
        },
        "predictions": predictions,
    }


WRITERS: dict[str, tuple[str, Callable[[Path, int], None]]] = {
    "xnli": ("xnli", write_xnli),
    "bucc": ("bucc2018", write_bucc),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=WRITERS)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--width", type=int, default=32, help="of the model")
    parser.add_argument("--budget", default="2s")
    parser.add_argument("--folder", type=Path, help="where data stand or are made")
    parser.add_argument("--out", type=Path, help="write the result there as JSON")
    arguments = parser.parse_args()
    task, write = WRITERS[arguments.what]
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        model = folder / f"model-{arguments.width}"
        if not model.exists():
            write_model(model, arguments.width)
        found = {}
        for rows in (FEW, arguments.rows):
            data = folder / f"{arguments.what}-{rows}"
            if not data.exists():
                write(data, rows)
            with tempfile.TemporaryDirectory() as out:
                result = measured(task, data, model, Path(out) / "run", arguments.budget)
            found[rows] = result
            print(json.dumps({rows: result}, indent=1), flush=True)
    few, many = found[FEW], found[arguments.rows]
    summary = {
        "rows": arguments.rows,
        "controller_mib": many["controller_rss_mib"],
        "controller_target_mib": TARGET_CONTROLLER_MIB,
        "worker_growth_mib": many["worker_rss_mib"] - few["worker_rss_mib"],
        "worker_growth_target_mib": TARGET_GROWTH_MIB,
        "wall_s": many["wall_s"],
        "temporary_folder": os.environ.get("TMPDIR", tempfile.gettempdir()),
    }
    print(json.dumps(summary, indent=1))
    if arguments.out:
        whole = {**evidence(), **summary, "few": few, "many": many}
        arguments.out.write_text(json.dumps(whole, indent=1) + "\n")


if __name__ == "__main__":
    main()
