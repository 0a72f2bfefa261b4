"""What each runtime and 8 bits cost and bring: one table, side by side in one run.

    python benchmarks/runtimes.py --tokenizer DIR --out benchmarks/results/runtimes.json
    python benchmarks/runtimes.py --model FOLDER --task tatoeba --out FILE.json
    python benchmarks/runtimes.py --check
    python benchmarks/runtimes.py --peer-python .venv-peer/bin/python ...

The arms are eager, compile, ONNX Runtime, OpenVINO, bf16 in torch and OpenVINO, and int8 of torch,
ONNX Runtime and OpenVINO, on one thread each. They are measured by ``xlbench run``, interleaved, a
process of each. Without --model the model has XLM-R base's shape and random weights.

``--check`` exports the four heads of two families and says how far each runtime's outputs are from
torch's: no timing. With ``--peer-python`` optimum-benchmark measures the same model, a row of as
many tokens as the examples have on average (see ``peers.py`` for its environment).
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from evidence import evidence
from runtimes_peer import peer
from small_heads import FAMILIES, HEADS, batches, model

import xlbench
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.session.exported import derived
from xlbench.session.exported.entry import Entry, versions_of, vnni
from xlbench.session.exported.model import Infer
from xlbench.session.exported.onnx_file import ONNX, export
from xlbench.session.runtimes import onnxruntime, openvino

OPTIONS = {
    "eager": "",
    "eager, bf16": "dtype=bf16",
    "compile": "runtime=compile",
    "onnxruntime": "runtime=onnxruntime",
    "openvino": "runtime=openvino",
    "openvino, bf16": "runtime=openvino,dtype=bf16",
    "eager, int8": "quant=int8",
    "onnxruntime, int8": "runtime=onnxruntime,quant=int8",
    "openvino, int8": "runtime=openvino,quant=int8",
}
"""Options of each arm; the first is what the others are held against."""

EMBEDDED = Path(xlbench.__file__).parent / "checkpoints" / "embedded"
XLMR_BASE = {"vocab_size": 250_002, "max_position_embeddings": 514, "type_vocab_size": 1}
"""Beyond what the library's configuration of XLM-R has by itself."""

SINGLE = ("latency_p50_ms", "latency_p50_lo_ms", "latency_p50_hi_ms", "n_samples")
OFFLINE = ("throughput_examples_per_s", "agreement", "metric_name", "metric_value")
BOTH = ("peak_rss_bytes", "weights_bytes", "load_s", "status", "error", "flags")


def measured(arguments: argparse.Namespace, folder: Path) -> list[dict[str, Any]]:
    """Return one row for each arm."""
    chosen = {name: OPTIONS[name] for name in arguments.arms or OPTIONS}
    # A few shapes, or compile would be measured by its compiler.
    common = "device=cpu,threads=1,buckets=2,batch-size=8"
    named = arguments.model or "xlm-roberta-base"
    if arguments.model is None:
        common += ",weights=random"
    if arguments.tokenizer is not None:
        common += f",tokenizer={arguments.tokenizer}"
    arms = {
        name: f"{named}@{common}{',' * bool(options)}{options}" for name, options in chosen.items()
    }
    result = xlbench.run(
        *arms.values(),
        tasks=[arguments.task],
        langs=arguments.langs.split(","),
        limit=arguments.limit,
        budget_s=arguments.budget,
        out=folder,
        warn=print,
    )
    rows = result.cells().to_arrow().to_pylist()
    return [_row(name, [row for row in rows if row["arm"] == arm]) for name, arm in arms.items()]


def _row(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    single = next(row for row in rows if row["scenario"] == "single-stream")
    offline = next(row for row in rows if row["scenario"] == "offline")
    return {
        "arm": name,
        **{column: single[column] for column in SINGLE},
        **{column: offline[column] for column in OFFLINE},
        **{column: offline[column] for column in BOTH},
        "tokens_of_an_example": single["tokens"] / single["n_examples"],
        "error": single["error"] or offline["error"],
    }


def table(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the rows as a table in Markdown."""
    yield "| arm | p50 ms, batch 1 (95 %) | ex/s | peak MiB | weights MiB | load s | agreement |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for row in rows:
        if row["status"] != "ok":
            yield f"| {row['arm']} | {(row['error'] or row['status']).splitlines()[0]} | | | | | |"
            continue
        p50, lo, hi = (row[f"latency_p50{end}_ms"] for end in ("", "_lo", "_hi"))
        latency = "–" if p50 is None else f"{p50:.2f} [{lo:.2f}, {hi:.2f}]"
        agreement = "–" if row["agreement"] is None else f"{row['agreement']:.3f}"
        yield (
            f"| {row['arm']} | {latency} | {row['throughput_examples_per_s']:.1f} | "
            f"{row['peak_rss_bytes'] / 2**20:.0f} | {row['weights_bytes'] / 2**20:.0f} | "
            f"{row['load_s']:.2f} | {agreement} |"
        )


def by_peer(arguments: argparse.Namespace, rows: list[dict[str, Any]], place: Path) -> Any:
    """Return what optimum-benchmark finds of the same model; the model is written where need be."""
    tokens = round(rows[0]["tokens_of_an_example"])
    if arguments.model is not None:
        folder = Path(arguments.model)
        family = json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"]
        return peer(arguments.peer_python, folder, family, tokens)
    from transformers import AutoTokenizer, XLMRobertaConfig, XLMRobertaModel

    XLMRobertaModel(XLMRobertaConfig(**XLMR_BASE)).save_pretrained(place)
    AutoTokenizer.from_pretrained(EMBEDDED).save_pretrained(place)
    return peer(arguments.peer_python, place, "xlm-roberta", tokens)


def checked() -> Iterator[dict[str, Any]]:
    """Yield, for each family and head, how far each runtime's outputs are from torch's.

    That is the largest difference over the largest output.
    """
    for family in FAMILIES:
        for head in HEADS:
            began = time.perf_counter()
            with tempfile.TemporaryDirectory() as place:
                call, inputs, infers = exported(family, head, Path(place))
                row = {"family": family, "head": head}
                row |= {name: difference(call, inputs, infer) for name, infer in infers.items()}
            yield row | {"seconds": round(time.perf_counter() - began, 1)}


def exported(family: str, head: str, place: Path) -> tuple[Any, list[str], dict[str, Infer]]:
    """Return a small model, the names of its inputs, and what runs each of its exports."""
    call = model(family, head)
    folders = {name: place / name for name in ("onnx", "int8", "openvino", "openvino8")}
    for folder in folders.values():
        folder.mkdir()
    spec = CheckpointSpec("small", "xnli", head, family, None, {}, "random", 0, "")
    given = folders["onnx"] / ONNX
    inputs = export(call, spec, given, in_one_file=True)
    derived.quantise(given, folders["int8"], reduce_range=not vnni())
    derived.to_openvino(given, folders["openvino"], "")
    derived.to_openvino(given, folders["openvino8"], "int8")
    entries = {name: Entry(folder, tuple(inputs), 0) for name, folder in folders.items()}
    infers = {
        "onnxruntime": onnxruntime.inference(entries["onnx"], 1),
        "onnxruntime_int8": onnxruntime.inference(entries["int8"], 1),
        "openvino": openvino.inference(entries["openvino"], "fp32", 1),
        "openvino_int8": openvino.inference(entries["openvino8"], "fp32", 1),
    }
    return call, inputs, infers


def difference(call: Any, inputs: list[str], infer: Infer) -> float:
    """Return the largest difference of outputs over the largest output, over all batches."""
    worst = largest = 0.0
    for batch in batches(call):
        with torch.inference_mode():
            exact = call(*batch)
        ours = infer({name: part.numpy() for name, part in zip(inputs, batch, strict=True)})
        for mine, theirs in zip(ours, exact, strict=True):
            worst = max(worst, float((torch.from_numpy(mine) - theirs).abs().max()))
            largest = max(largest, float(theirs.abs().max()))
    return worst / largest


def main() -> None:
    """Measure, print the table and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="folder of a checkpoint; else XLM-R base's shape")
    parser.add_argument("--tokenizer", help="folder of XLM-R's, where the Hub can't be reached")
    parser.add_argument("--task", default="xnli")
    parser.add_argument("--langs", default="en,sw")
    parser.add_argument("--limit", type=int, default=24, help="examples of a language")
    parser.add_argument("--budget", type=float, default=240.0, help="seconds of measuring")
    parser.add_argument("--arms", action="append", choices=list(OPTIONS), help="default: all")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--peer-python", help="interpreter with optimum-benchmark")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    head = evidence()
    head["versions"] |= versions_of("onnxruntime", "onnx", "onnxscript", "openvino", "nncf")
    if arguments.check:
        rows = []
        for row in checked():
            rows.append(row)
            print(json.dumps(row), flush=True)
        if arguments.out:
            arguments.out.write_text(json.dumps(head | {"checked": rows}, indent=1) + "\n")
        return
    with tempfile.TemporaryDirectory() as place:
        rows = measured(arguments, Path(place) / "run")
        beside = by_peer(arguments, rows, Path(place) / "peer") if arguments.peer_python else None
    print("\n".join(table(rows)))
    if beside is not None:
        print(f"optimum-benchmark, eager: {beside}")
    if arguments.out:
        named = "XLM-R base, random" if arguments.model is None else Path(arguments.model).name
        said: dict[str, Any] = {
            "model": named,
            "task": arguments.task,
            "languages": arguments.langs,
        }
        arguments.out.write_text(
            json.dumps(head | said | {"rows": rows, "optimum-benchmark": beside}, indent=1) + "\n"
        )


if __name__ == "__main__":
    main()
