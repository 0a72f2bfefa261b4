"""One folder of XTREME's layout and one of intermediate tasks in the plain form, out of stand-ins.

`python benchmarks/embedded/prepare.py DATA TRAIN OUT` links the evaluation files of DATA and the
English training files of TRAIN into OUT/data, and writes the intermediate sets of TRAIN as
OUT/intermediate/TASK/{train,dev}.jsonl. What each file is, and what is not to be evaluated after
training on it, is in the README beside this file.
"""

from __future__ import annotations

import argparse
import bz2
import csv
import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Row = dict[str, Any]
DEV_SHARE = 0.1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="evaluation files in XTREME's layout")
    parser.add_argument("train", type=Path, help="English training files")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    link(options.data, options.train, options.out / "data")
    write(options.train, options.out / "intermediate")


def link(data: Path, train: Path, out: Path) -> None:
    """Link all files of both folders into one."""
    for root in (data, train):
        for file in sorted(root.rglob("*")):
            place = file.relative_to(root)
            if file.is_file() and len(place.parts) > 1 and place.parts[0] != "intermediate":
                (out / place).parent.mkdir(parents=True, exist_ok=True)
                (out / place).unlink(missing_ok=True)
                (out / place).symlink_to(file.resolve())


def write(train: Path, out: Path) -> None:
    """Write the plain form of each set; where there is no development file, a tenth is one."""
    folder = train / "intermediate"
    _write(out / "mnli", *_cut(_pairs(train / "xnli" / "train-en.tsv", header=False)))
    snli = [
        *_pairs(folder / "snli-counterfactual-train.tsv", header=True),
        *_snli(folder / "snli_1.0_dev.jsonl"),
        *_snli(folder / "snli_1.0_test.jsonl"),
    ]
    _write(out / "snli", snli, list(_pairs(folder / "snli-counterfactual-dev.tsv", header=True)))
    _write(out / "anli", *_cut(_anli(folder / "anli_dev.jsonl")))
    sets = {name: list(_commonsense(folder, name)) for name in ("train", "valid")}
    _write(out / "commonsenseqa", sets["train"], sets["valid"])
    _write(out / "hellaswag", *_cut(_hellaswag(folder / "hellaswag_val.txt.bz2")))
    _write(out / "cosmosqa", *_cut(_cosmos(folder / "cosmosqa_valid.csv")))
    squad = {name: list(_squad(folder, name)) for name in ("train", "valid")}
    _write(out / "squad", squad["train"], squad["valid"])


def _cut(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    every = list(rows)
    random.Random(0).shuffle(every)
    n = round(len(every) * DEV_SHARE)
    return every[n:], every[:n]


def _write(folder: Path, train: list[Row], dev: list[Row]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("train", train), ("dev", dev)):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    print(f"{folder.name}: {len(train)} to train on, {len(dev)} to score on")


def _pairs(file: Path, *, header: bool) -> Iterator[Row]:
    lines = file.read_text(encoding="utf-8").splitlines()
    for line in lines[1:] if header else lines:
        row = next(csv.reader([line], delimiter="\t")) if '"' in line else line.split("\t")
        if len(row) == 3:
            yield dict(zip(("premise", "hypothesis", "label"), row, strict=True))


def _snli(file: Path) -> Iterator[Row]:
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["gold_label"] != "-":
            yield {
                "premise": row["sentence1"],
                "hypothesis": row["sentence2"],
                "label": row["gold_label"],
            }


def _anli(file: Path) -> Iterator[Row]:
    labels = {"e": "entailment", "n": "neutral", "c": "contradiction"}
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield {
            "premise": row["context"],
            "hypothesis": row["hypothesis"],
            "label": labels[row["label"]],
        }


def _commonsense(folder: Path, split: str) -> Iterator[Row]:
    for row in json.loads((folder / f"commonsense_qa_{split}.json").read_text(encoding="utf-8")):
        question, *choices = row["input"].rsplit("\n", 5)
        yield {
            "question": question,
            "choices": [choice.split(": ", 1)[1] for choice in choices],
            "label": "abcde".index(row["output"]),
        }


def _hellaswag(file: Path) -> Iterator[Row]:
    with bz2.open(file, "rt", encoding="utf-8") as stream:
        lines = [line.rstrip("\n") for line in stream]
    for first in range(0, len(lines) - 5, 6):
        context, label, *endings = lines[first : first + 6]
        if context.strip() and all(ending.strip() for ending in endings):
            yield {"question": context, "choices": endings, "label": int(label)}


def _cosmos(file: Path) -> Iterator[Row]:
    with file.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            yield {
                "context": row["context"],
                "question": row["question"],
                "choices": [row[f"answer{i}"] for i in range(4)],
                "label": int(row["label"]),
            }


def _squad(folder: Path, split: str) -> Iterator[Row]:
    """The answer has no position in these files: those whose text stands once are taken."""
    for row in json.loads((folder / f"squad_slice_{split}.json").read_text(encoding="utf-8")):
        context, question = row["input"].rsplit("\n", 1)
        if context.count(row["output"]) == 1:
            yield {"context": context, "question": question, "answers": [row["output"]]}


if __name__ == "__main__":
    main()
