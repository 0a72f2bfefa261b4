"""Targets: data, in XTREME's files and in the Hub's parquet files."""

from __future__ import annotations

import io
import random
import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from fuzzing.campaign import Target
from fuzzing.mutate import altered, mutated
from xlbench.data.open import open_source
from xlbench.tasks.catalogue import TASKS

SAMPLE = Path(str(files("xlbench") / "sample"))
LANGUAGE = {"bucc2018": "de", "tatoeba": "de"}
EXAMPLES = 20
ROWS: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "xnli": (
        "XNLI/test-00000-of-00001.parquet",
        [{"language": "en", "sentence1": "a", "sentence2": "b", "gold_label": "neutral"}] * 3,
    ),
    "pawsx": (
        "PAWS-X.en/test-00000-of-00001.parquet",
        [{"sentence1": "a", "sentence2": "b", "label": "1"}] * 3,
    ),
    "udpos": (
        "udpos.English/test-00000-of-00001.parquet",
        [{"tokens": ["a", "b"], "pos_tags": ["NOUN", "VERB"]}] * 3,
    ),
    "panx": (
        "PAN-X.en/test-00000-of-00001.parquet",
        [{"tokens": ["a", "b"], "ner_tags": ["O", "B-PER"], "langs": ["en", "en"]}] * 3,
    ),
    "xquad": (
        "XQuAD.en/validation-00000-of-00001.parquet",
        [
            {
                "id": "1",
                "title": "t",
                "context": "Anna",
                "question": "Who?",
                "answers": {"answer_start": [0], "text": ["Anna"]},
            }
        ],
    ),
    "tatoeba": (
        "tatoeba.deu/validation-00000-of-00001.parquet",
        [{"source_sentence": "a", "target_sentence": "b", "source_lang": "deu"}] * 3,
    ),
}


def data(folder: Path) -> Target:
    """Files of each task, one of them changed."""
    cells: dict[str, tuple[list[Path], list[bytes]]] = {}
    source = open_source(str(SAMPLE), TASKS)
    for task in TASKS:
        paths = list(source.files(task, LANGUAGE.get(task, "en")))
        short = [_begin(path.read_bytes(), path.suffix) for path in paths]
        cells[task] = ([folder / task / path.relative_to(SAMPLE) for path in paths], short)

    def target(drawn: random.Random) -> Callable[[], object]:
        task = drawn.choice(list(cells))
        paths, contents = cells[task]
        broken = drawn.randrange(len(paths))
        for number, (path, content) in enumerate(zip(paths, contents, strict=True)):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(mutated(content, drawn) if number == broken else content)
        skip = drawn.random() < 0.5
        return lambda: _read(folder / task, task, skip)

    return target


def parquet(folder: Path) -> Target:
    """Parquet files of a mirror of the Hub: other values, other types, other bytes."""

    def target(drawn: random.Random) -> Callable[[], object]:
        task = drawn.choice(list(ROWS))
        name, rows = ROWS[task]
        path = folder / task / name
        shutil.rmtree(folder / task, ignore_errors=True)
        path.parent.mkdir(parents=True)
        path.write_bytes(_table(rows, drawn))
        skip = drawn.random() < 0.5
        return lambda: _read(folder / task, task, skip)

    return target


def _read(root: Path, task: str, skip: bool) -> None:
    source = open_source(str(root), TASKS, skip_malformed=skip)
    source.layout(task)
    for language in source.languages(task)[:2]:
        list(source.examples(task, language))


def _begin(content: bytes, suffix: str) -> bytes:
    """Return the first examples of a file; all of one that has no lines of its own."""
    if suffix == ".json":
        return content
    return b"\n".join(content.split(b"\n")[:EXAMPLES]) + b"\n"


def _table(rows: list[dict[str, Any]], drawn: random.Random) -> bytes:
    """Return a parquet file of the rows: as they are, with other values, or broken."""
    chance = drawn.random()
    changed = altered(rows, drawn) if chance < 0.6 else rows
    try:
        content = _written(changed)
    except Exception:  # no file has such rows
        content = _written(rows)
    return mutated(content, drawn) if chance > 0.5 else content


def _written(rows: list[dict[str, Any]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()
