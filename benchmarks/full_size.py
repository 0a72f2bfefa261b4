"""XTREME in full on paper: tokens, time and memory of all 162 pairs, from official row counts.

    python benchmarks/full_size.py --data DIR --tokenizer DIR --assume H100=400e12 --out FILE

Tokens of an example are counted with the model's tokenizer over examples of each task and language
(``--data``, else the embedded sample), and multiplied by the official number of examples. Tokens a
second and peak memory come from dry runs with one thread, of a task with short windows and of one
with long ones: heads are next to nothing, and each further task would load the model anew. What an
earlier call wrote to ``--out`` stays where it was faster: a busy machine only makes slower. For
other devices they come from measured ``--rates``: ``{"H100": {"base": {"tokens_per_s": ...,
"peak_gib": ...}, "large": {...}}}``, or from an assumption, ``--assume H100=400e12``: operations a
second. What is told is forward passes alone, without tokenising, padding and search.
"""

from __future__ import annotations

import argparse
import json
import os
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
from xlbench.run.prepare import Prepared, prepare
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.task import Task

Rate = dict[str, float | None]
Timed = dict[str, dict[str, Rate]]
"""By model and task."""

MODELS = {"base": "xlm-roberta-base", "large": "xlm-roberta-large"}
EXAMPLES = 200
SHORT, LONG = "xnli", "xquad"
"""Tasks that are timed: of pairs and sentences, and of paragraphs with questions."""
TIMED_EXAMPLES = 8
REPEATS = 2
"""Dry runs of each; the fastest counts, as whatever else runs here can only make one slower."""
WITHIN_S = 600.0
"""For the loading of one model and one batch: a dry run ends as soon as it has them."""
HERE = "one processor here (measured)"
DEVICES = 8
"""Of those that are not this machine."""


def _each(codes: str, count: int) -> dict[str, int]:
    return dict.fromkeys(codes.split(), count)


def _counts(text: str) -> dict[str, int]:
    words = text.split()
    return dict(zip(words[::2], map(int, words[1::2]), strict=True))


# Hu et al. 2020 (arXiv 2003.11080), table 1, and the splits of the Hub's google/xtreme, which has
# the counts of each language. BUCC: both sides of the shared task's training and sample sets, as
# XTREME takes them for test and development (Zweigenbaum et al. 2018); the Hub has gold pairs only.
# What these were held against stands in CHECKED.
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

# The card of the Hub's data set (its dataset_info) was read for each language.
CHECKED = {
    "xnli": "card: the sum",
    "pawsx": "card: each, ko there 1,999",
    "udpos": "card: each",
    "panx": "card: each",
    "xquad": "card: each",
    "mlqa": "card: each",
    "tydiqa": "card: the sum only",
    "bucc2018": "zh dev in the files; the rest **not verified**",
    "tatoeba": "card: each",
}
"""What the numbers of examples were held against."""


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


def dry_run(model: str, tokenizer: str, data: str) -> dict[str, Rate]:
    """Return, of both timed tasks, tokens a second and peak memory here, as dry runs tell them."""
    arm = f"{model}@weights=random,device=cpu,threads=1,tokenizer={tokenizer}"
    timed: dict[str, Rate] = {}
    for task in (SHORT, LONG):
        settings = settings_of(
            [arm],
            None,
            tasks=(task,),
            languages=("de",),
            scenarios=("offline",),
            data=data,
            limit=TIMED_EXAMPLES,
        )
        prepared = prepare(settings, load_catalogue(None), lambda _: None)
        found = [_timed(model, prepared) for _ in range(REPEATS)]
        timed[task] = faster(*found)
        print(f"{model} {task}: {found}", file=sys.stderr, flush=True)
    return timed


def faster(*rates: Rate) -> Rate:
    """Return the one with the most tokens a second."""
    return max(rates, key=lambda rate: rate["tokens_per_s"] or 0.0)


def timed_here(names: list[str], tokenizer: str, data: str, earlier: Timed) -> Timed:
    """Time models; where ``earlier`` was faster, it stays."""
    timed = dict(earlier)
    for name in names:
        found, before = dry_run(MODELS[name], tokenizer, data), earlier.get(name, {})
        timed[name] = {
            task: faster(rate, *([before[task]] if task in before else []))
            for task, rate in found.items()
        }
    return timed


def of_tasks(timed: dict[str, Rate]) -> dict[str, Rate]:
    """Return the rate of each task: that of the timed one whose windows are as long."""
    return {
        name: timed[LONG if task.kind.name == TASKS[LONG].kind.name else SHORT]
        for name, task in TASKS.items()
    }


def _timed(model: str, prepared: Prepared) -> Rate:
    (row,) = estimate(prepared, WITHIN_S)["rows"]
    if row["forward_s"] is None:
        raise SystemExit(f"{model}: was not loaded within {WITHIN_S:.0f} s; is the machine busy?")
    peak = row["expected_peak_bytes"]
    return {
        "tokens_per_s": row["padded_tokens"] / row["forward_s"],
        "peak_gib": None if peak is None else peak / 2**30,
    }


def assumed(model: str, tokenizer: str, operations_per_s: float) -> Rate:
    """Return tokens a second where two operations are done for each parameter of the layers.

    Memory is that of weights of 16 bits: the least that it can be.
    """
    settings = settings_of(
        [f"{model}@weights=random,tokenizer={tokenizer}"], None, tasks=("xnli",), engine="ray"
    )
    prepared = prepare(settings, load_catalogue(None), lambda _: None)
    (spec,) = prepared.plan.specs.values()
    known = foretold(spec)
    assert known.layer_parameters is not None and known.weights_bytes is not None
    return {
        "tokens_per_s": operations_per_s / (2 * known.layer_parameters),
        "peak_gib": known.weights_bytes / 2 / 2**30,
    }


def makespan(units: list[float], devices: int) -> float:
    """Return the end of the last unit where the longest go first."""
    ends = np.zeros(devices)
    for unit in sorted(units, reverse=True):
        ends[np.argmin(ends)] += unit
    return float(ends.max())


def hours(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds / 60:.1f} min"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="a folder of XTREME's files, or of parts of them")
    parser.add_argument("--tokenizer", required=True, help="folder of XLM-R's tokenizer")
    parser.add_argument("--rates", type=Path, help="tokens a second and memory elsewhere, JSON")
    parser.add_argument("--assume", action="append", default=[], help="DEVICE=OPERATIONS_PER_S")
    parser.add_argument("--models", default=",".join(MODELS), help="those to time now")
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
    out = arguments.out
    earlier = json.loads(out.read_text()) if out and out.exists() else {}
    load = [*earlier.get("load_averages", ()), os.getloadavg()]
    timed = timed_here(
        [name for name in arguments.models.split(",") if name],
        arguments.tokenizer,
        arguments.data or "sample",
        earlier.get("timed", {}),
    )
    rates: dict[str, Any] = {HERE: {name: of_tasks(timed[name]) for name in MODELS}}
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
            "examples_checked": CHECKED[task],
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
        count = (os.cpu_count() or 1) if name.startswith(HERE) else DEVICES
        totals[name.replace(": s", f" x {count}: s")] = makespan(units, count)
    print_table(table, totals)
    if out:
        told = {"load_averages": load, "timed_examples": TIMED_EXAMPLES, "timed": timed}
        whole = {**evidence(), **told, "rows": table, "all": totals, "rates": rates}
        out.write_text(json.dumps(whole, indent=1) + "\n")


def print_table(table: list[dict[str, Any]], totals: dict[str, Any]) -> None:
    timed = [name for name in table[0] if name.endswith(": s")]
    print(
        "| task | pairs | of them counted on XTREME's text | examples | held against | "
        "tokens (M) |",
        *(f" {n[:-3]} |" for n in timed),
        sep="",
    )
    print("| --- |" + " ---: |" * 3 + " --- |" + " ---: |" * (1 + len(timed)))
    counted = sum(row["tokens_counted_on_real_data"] for row in table)
    whole = {
        "task": "all",
        "tokens_counted_on_real_data": counted,
        "examples_checked": "",
        **totals,
    }
    for row in [*table, whole]:
        cells = [row["task"], row["languages"], row["tokens_counted_on_real_data"]]
        cells += [f"{row['examples']:,}", row["examples_checked"], f"{row['tokens'] / 1e6:.1f}"]
        print("|", " | ".join(map(str, [*cells, *(hours(row[name]) for name in timed)])), "|")
    print()
    for name in totals:
        if " x " in name:
            print(f"- {name[:-3]}, a task a unit: {hours(totals[name])}")
    for name in table[0]:
        if name.endswith(": peak GiB"):
            peaks = [row[name] for row in table if row[name] is not None]
            print(f"- {name}: {max(peaks):.2f}" if peaks else f"- {name}: not known")


if __name__ == "__main__":
    main()
