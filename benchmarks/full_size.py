"""XTREME in full on paper: tokens, time and memory of all 162 pairs, from official row counts.

    python benchmarks/full_size.py --data DIR --tokenizer DIR --rates rates.json

Tokens of an example are counted with the model's tokenizer over examples of each task and language
(``--data``, else the embedded sample), and multiplied by the official number of examples. Tokens a
second and peak memory come from a dry run on this machine; for other devices from measured
``--rates``: ``{"H100": {"base": {"tokens_per_s": ..., "peak_gib": ...}, "large": {...}}}``, or from
an assumption, ``--assume H100=400e12``: operations a second.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from evidence import evidence

from xlbench.api.measuring import settings_of
from xlbench.checkpoints.catalogue import load_catalogue
from xlbench.checkpoints.foretold import foretold
from xlbench.data.open import open_source
from xlbench.data.source import Source
from xlbench.errors import UserError
from xlbench.run.dry import estimate
from xlbench.run.prepare import prepare
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.task import Task

MODELS = {"base": "xlm-roberta-base", "large": "xlm-roberta-large"}
EXAMPLES = 200
WITHIN_S = 150.0
"""For a dry run that loads all tasks' heads."""


def _each(codes: str, count: int) -> dict[str, int]:
    return dict.fromkeys(codes.split(), count)


def _counts(text: str) -> dict[str, int]:
    words = text.split()
    return dict(zip(words[::2], map(int, words[1::2]), strict=True))


# Hu et al. 2020 (arXiv 2003.11080), table 1, and the splits of the Hub's google/xtreme, which has
# the counts of each language. BUCC: both sides of the shared task's training and sample sets, as
# XTREME takes them for test and development (Zweigenbaum et al. 2018); the Hub has gold pairs only.
ROWS: dict[str, dict[str, int]] = {
    "xnli": _each("ar bg de el en es fr hi ru sw th tr ur vi zh", 5010),
    "pawsx": _each("de en es fr ja ko zh", 2000),
    "udpos": _counts(
        "af 425 ar 1680 bg 1116 de 22458 el 2809 en 5440 es 3147 et 3760 eu 1799 fa 600 fi 4422 "
        "fr 9465 he 491 hi 2684 hu 449 id 1557 it 3518 ja 2372 kk 1047 ko 4276 mr 47 nl 1471 "
        "pt 2681 ru 11336 ta 120 te 146 th 1000 tl 55 tr 4785 ur 535 vi 800 yo 100 zh 5528"
    ),
    "panx": {
        **_each(
            "ar bg de el en es et eu fa fi fr he hu id it ja ka ko nl pt ru th tr vi zh", 10000
        ),
        **_each("af bn hi kk ml mr ms sw ta te tl ur", 1000),
        **_each("jv my yo", 100),
    },
    "xquad": _each("ar de el en es hi ru th tr vi zh", 1190),
    "mlqa": _counts("ar 5335 de 4517 en 11590 es 5253 hi 4918 vi 5495 zh 5137"),
    "tydiqa": _counts("ar 921 bn 113 en 440 fi 782 id 565 ko 276 ru 812 sw 499 te 669"),
    "bucc2018": {
        "de": 413869 + 399337 + 32593 + 40354,
        "fr": 271874 + 369810 + 21497 + 38069,
        "ru": 460853 + 558401 + 45459 + 72766,
        "zh": 94637 + 88860 + 8624 + 13589,
    },
    "tatoeba": {
        code: 2 * count
        for code, count in {
            **_each(
                "af ar bg bn de el es et eu fa fi fr he hi hu id it ja ko mr nl pt ru tl tr ur "
                "vi zh",
                1000,
            ),
            **_counts("jv 205 ka 746 kk 575 ml 687 sw 390 ta 307 te 234 th 548"),
        }.items()
    },
}
"""Examples of each task and language; of retrieval, sentences of both sides."""


def tokens_of_an_example(
    task: Task, language: str, sources: list[Source], tokenizer: Any
) -> tuple[float, str]:
    """Return the tokens of the rows of an example, special tokens included, and whose it was."""
    for source in sources:
        try:
            examples = list(source.examples(task.name, language, EXAMPLES))
        except UserError:
            continue
        windows = task.kind.encode(tokenizer, task, examples).windows
        return sum(window.length for window in windows) / len(examples), source.kind
    raise SystemExit(f"{task.name} {language}: no data")


def dry_run(model: str, tokenizer: str) -> dict[str, dict[str, float | None]]:
    """Return, by task, tokens a second and peak memory of a model here, as a dry run tells them."""
    arm = f"{model}@weights=random,device=cpu,tokenizer={tokenizer}"
    settings = settings_of([arm], None, languages=("de", "fi"), scenarios=("offline",), limit=12)
    prepared = prepare(settings, load_catalogue(None), lambda _: None)
    found: dict[str, dict[str, float | None]] = {}
    for row in estimate(prepared, WITHIN_S)["rows"]:
        peak = row["expected_peak_bytes"]
        found[row["task"]] = {
            "tokens_per_s": row["padded_tokens"] / row["forward_s"],
            "peak_gib": None if peak is None else peak / 2**30,
        }
        print(f"{model} {row['task']}: {found[row['task']]}", file=sys.stderr, flush=True)
    return found


def assumed(model: str, tokenizer: str, operations_per_s: float) -> dict[str, float | None]:
    """Return tokens a second where two operations are done for each parameter of the layers."""
    settings = settings_of(
        [f"{model}@weights=random,tokenizer={tokenizer}"], None, tasks=("xnli",), engine="ray"
    )
    prepared = prepare(settings, load_catalogue(None), lambda _: None)
    (spec,) = prepared.plan.specs.values()
    parameters = foretold(spec).layer_parameters
    assert parameters is not None
    return {"tokens_per_s": operations_per_s / (2 * parameters), "peak_gib": None}


def makespan(units: list[float], devices: int) -> float:
    """Return the end of the last unit where the longest go first."""
    ends = np.zeros(devices)
    for unit in sorted(units, reverse=True):
        ends[np.argmin(ends)] += unit
    return float(ends.max())


def hours(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds / 60:.1f} min"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="a folder of XTREME's files, or of parts of them")
    parser.add_argument("--tokenizer", required=True, help="folder of XLM-R's tokenizer")
    parser.add_argument("--rates", type=Path, help="tokens a second and memory elsewhere, JSON")
    parser.add_argument("--assume", action="append", default=[], help="DEVICE=OPERATIONS_PER_S")
    parser.add_argument("--out", type=Path, help="write the result there as JSON")
    arguments = parser.parse_args()
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(arguments.tokenizer)
    sources = [open_source(d, TASKS) for d in (arguments.data, "sample") if d]
    per_example: dict[str, dict[str, tuple[float, str]]] = defaultdict(dict)
    for task in TASKS.values():
        for language in ROWS[task.name]:
            per_example[task.name][language] = tokens_of_an_example(
                task, language, sources, tokenizer
            )
    tokens = {
        task: sum(count * per_example[task][language][0] for language, count in counts.items())
        for task, counts in ROWS.items()
    }
    rates: dict[str, Any] = {
        "this CPU": {n: dry_run(m, arguments.tokenizer) for n, m in MODELS.items()}
    }
    if arguments.rates:
        rates |= json.loads(arguments.rates.read_text())
    for text in arguments.assume:
        device, _, speed = text.partition("=")
        rates[f"{device} (assumed)"] = {
            name: assumed(model, arguments.tokenizer, float(speed))
            for name, model in MODELS.items()
        }
    table: list[dict[str, Any]] = []
    for task, counts in ROWS.items():
        row: dict[str, Any] = {
            "task": task,
            "languages": len(counts),
            "examples": sum(counts.values()),
            "tokens": round(tokens[task]),
            "tokens_counted_on_real_data": sum(
                per_example[task][language][1] != "sample" for language in counts
            ),
        }
        for device, by_model in rates.items():
            for model, told in by_model.items():
                own = told.get(task, told)
                row[f"{device}, {model}: s"] = tokens[task] / own["tokens_per_s"]
                row[f"{device}, {model}: peak GiB"] = own["peak_gib"]
        table.append(row)
    totals: dict[str, Any] = {
        "languages": sum(row["languages"] for row in table),
        "examples": sum(row["examples"] for row in table),
        "tokens": sum(row["tokens"] for row in table),
    }
    for name in [name for name in table[0] if name.endswith(": s")]:
        units = [row[name] for row in table]
        totals[name] = sum(units)
        totals[name.replace(": s", " x 8: s")] = makespan(units, 8)
    print_table(table, totals)
    if arguments.out:
        whole = {**evidence(), "rows": table, "all": totals, "rates": rates}
        arguments.out.write_text(json.dumps(whole, indent=1) + "\n")


def print_table(table: list[dict[str, Any]], totals: dict[str, Any]) -> None:
    timed = [name for name in table[0] if name.endswith(": s")]
    print("| task | pairs | examples | tokens (M) |", *(f" {n[:-3]} |" for n in timed), sep="")
    print("| --- |" + " ---: |" * (3 + len(timed)))
    for row in [*table, {"task": "all", **totals}]:
        cells = [row["task"], row["languages"], f"{row['examples']:,}"]
        cells += [f"{row['tokens'] / 1e6:.1f}", *(hours(row[name]) for name in timed)]
        print("|", " | ".join(map(str, cells)), "|")
    for name in timed:
        print(f"{name[:-3]} on 8: {hours(totals[name.replace(': s', ' x 8: s')])}")


if __name__ == "__main__":
    main()
