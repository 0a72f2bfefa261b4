"""What a new task costs: one file (a folder, if its kind is new) and one line of the catalogue."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from other_copy import other_copy
from small_tokenizer import SMALL_TOKENIZER
from transformers import AutoTokenizer

import xlbench

from ..toy_models.weights import last_key_classifier

PACKAGE = Path(xlbench.__file__).parent
TENTH = Path(__file__).parent / "tenth"
WORDS = ("river", "garden", "water", "village", "paper", "house")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A copy of the package with one file, one folder and one line for each more than here."""
    lib = tmp_path_factory.mktemp("lib")
    # With what was compiled: it holds for a copy of the same age.
    shutil.copytree(PACKAGE, lib / "xlbench")
    shutil.copy(PACKAGE.parent / "checkpoints.yaml", lib)
    tasks = lib / "xlbench" / "tasks"
    shutil.copy(TENTH / "same_author.py", tasks / "pair")
    shutil.copytree(TENTH / "line", tasks / "line", ignore=shutil.ignore_patterns("__pycache__"))
    catalogue = tasks / "catalogue.py"
    text = catalogue.read_text(encoding="utf-8")
    last = '    "retrieval.tatoeba",\n'
    assert text.count(last) == 1
    added = '    "pair.same_author",\n    "line.topic",\n'
    catalogue.write_text(text.replace(last, last + added), encoding="utf-8")
    with other_copy(lib) as copy:
        yield copy


def write(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def checkpoint(folder, labels):
    """Save a model that gives label ``i`` where a text ends on the ``i``-th key word."""
    tokenizer = AutoTokenizer.from_pretrained(SMALL_TOKENIZER)
    keys = ("lemon", "train")[: len(labels)]
    pieces = tokenizer([*keys, *WORDS], add_special_tokens=False).input_ids
    ids = {}
    for number, label in enumerate(labels):
        others = {p for i, row in enumerate(pieces) if i != number for p in row}
        ids[label] = [p for p in pieces[number] if p not in others]
        assert ids[label]
    last_key_classifier(len(tokenizer), labels, ids).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return dict(zip(labels, keys, strict=True))


def run(installed, folder, data, **options):
    more = [word for name, value in options.items() for word in (f"--{name}", value)]
    return installed.call(
        "run",
        "--ckpt",
        folder / "ckpt",
        "--data",
        data,
        "--budget",
        "1s",
        *more,
        "--out",
        folder / "out",
    )


def cells(folder):
    return pq.read_table(folder / "out" / "cells.parquet").to_pylist()


def test_a_task_of_a_known_kind_is_a_file_and_a_line(installed, tmp_path):
    labels = ("other", "same")
    key = checkpoint(tmp_path / "ckpt", labels)
    rng = random.Random(0)
    for language in ("en", "sw"):
        gold = [rng.choice(labels) for _ in range(30)]
        lines = [
            f"{rng.choice(WORDS)} {rng.choice(WORDS)}\t{rng.choice(WORDS)} {key[g]}\t{g}"
            for g in gold
        ]
        write(tmp_path / "data" / "same_author" / f"test-{language}.tsv", lines)
    done = run(installed, tmp_path, tmp_path / "data")
    assert done.returncode == 0, done.stderr
    rows = cells(tmp_path)
    assert {(r["task"], r["language"], r["scenario"]) for r in rows} == {
        ("same_author", language, scenario)
        for language in ("en", "sw")
        for scenario in ("single-stream", "offline")
    }
    assert all(r["status"] == "ok" for r in rows), rows
    found = {r["language"]: r["metric_value"] for r in rows if r["scenario"] == "offline"}
    assert found == {"en": 100.0, "sw": 100.0}
    report = installed.call("report", tmp_path / "out")
    assert report.returncode == 0 and "same_author" in report.stdout, report.stderr


def test_a_task_of_a_new_kind_is_a_folder_and_a_line(installed, tmp_path):
    labels = ("music", "rivers")
    key = checkpoint(tmp_path / "ckpt", labels)
    rng = random.Random(1)
    gold = [rng.choice(labels) for _ in range(30)]
    lines = [f"{g}\t{rng.choice(WORDS)} {rng.choice(WORDS)} {key[g]}" for g in gold]
    write(tmp_path / "data" / "topic" / "en.txt", lines)
    done = run(installed, tmp_path, tmp_path / "data", scenario="offline")
    assert done.returncode == 0, done.stderr
    (row,) = cells(tmp_path)
    assert (row["task"], row["metric_name"], row["metric_value"]) == ("topic", "accuracy", 100.0)


def test_a_suite_without_the_new_task_leaves_it_out_in_a_sentence(installed, tmp_path):
    write(tmp_path / "same_author" / "test-en.tsv", ["a\tb\tsame"] * 8)
    write(tmp_path / "xnli" / "test-en.tsv", ["a\tb\tneutral"] * 8)
    done = installed.call(
        "run",
        "--ckpt",
        "base",
        "--data",
        tmp_path,
        "--scenario",
        "offline",
        "--budget",
        "1s",
        "--out",
        tmp_path / "out",
    )
    assert done.returncode == 0, done.stderr
    assert "same_author is left out" in done.stderr
    assert {row["task"] for row in cells(tmp_path)} == {"xnli"}


def test_the_new_tasks_are_listed(installed):
    done = installed.call("list", "tasks", "--json")
    assert [task["task"] for task in json.loads(done.stdout)][-2:] == ["same_author", "topic"]
