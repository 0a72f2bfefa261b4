"""Targets: the catalogue, and folders of checkpoints."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from fuzzing.campaign import Target
from fuzzing.mutate import altered, mutated
from xlbench.checkpoints.catalogue import load_catalogue
from xlbench.checkpoints.fetch import Hub
from xlbench.checkpoints.folders import EMBEDDED
from xlbench.checkpoints.identity import identity_of
from xlbench.checkpoints.resolve import resolve
from xlbench.errors import UserError

CATALOGUE = {
    "entries": {
        "x": {
            "source": "path",
            "path": ".",
            "head": "sequence-classification",
            "tasks": ["xnli"],
            "labels": ["entailment", "neutral", "contradiction"],
            "config": {"model_type": "bert", "num_hidden_layers": 2},
            "tokenizer": "base",
            "retrieval_layer": 1,
            "prefix": "query: ",
            "shared_rows": {"xnli": 3},
        },
        "h": {"source": "hub", "hub": "a/b", "revision": "main"},
        "e": {"source": "embedded", "path": "base/encoder"},
    },
    "suites": {"s": {"description": "d", "checkpoints": {"xnli": "x", "bucc2018": "e"}}},
}
CONFIG = {
    "model_type": "xlm-roberta",
    "architectures": ["XLMRobertaForSequenceClassification"],
    "id2label": {"0": "entailment", "1": "neutral", "2": "contradiction"},
    "num_labels": 3,
    "num_hidden_layers": 2,
    "hidden_size": 8,
    "max_position_embeddings": 514,
    "pad_token_id": 1,
    "vocab_size": 10,
}
HEADER = {
    "classifier.out_proj.weight": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
    "__metadata__": {"format": "pt"},
}
INDEX = {"metadata": {}, "weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
TASKS = ("xnli", "udpos", "tatoeba", "xquad")


def catalogue(folder: Path) -> Target:
    """YAML files of entries and suites, and what their names resolve to."""
    file = folder / "more.yaml"
    text = yaml.safe_dump(CATALOGUE).encode()

    def target(drawn: random.Random) -> Callable[[], object]:
        if drawn.random() < 0.5:
            content = mutated(text, drawn)
        else:
            content = yaml.safe_dump(altered(CATALOGUE, drawn), allow_unicode=True).encode(
                "utf-8", "surrogatepass"
            )
        file.write_bytes(content)
        weights = drawn.choice(("trained", "random"))

        def read() -> None:
            loaded = load_catalogue(file)
            _each(
                partial(resolve, loaded, name, task, weights=weights, hub=_NOWHERE)
                for name in ("x", "s", "e")
                for task in TASKS
            )

        return read

    return target


def checkpoints(folder: Path) -> Target:
    """Folders with a config, weights or an index of them, and settings of a tokenizer."""
    shutil.copy(EMBEDDED / "tokenizer_config.json", folder)
    (folder / "tokenizer.json").write_text("{}")
    shipped = load_catalogue()

    def target(drawn: random.Random) -> Callable[[], object]:
        _write_folder(folder, drawn)
        weights = drawn.choice(("trained", "random"))

        def identity(task: str) -> object:
            return identity_of(resolve(shipped, str(folder), task, weights=weights))

        return lambda: _each(partial(identity, task) for task in TASKS)

    return target


def _write_folder(folder: Path, drawn: random.Random) -> None:
    for path in folder.glob("*.safetensors*"):
        path.unlink()
    (folder / "config.json").write_bytes(_json(CONFIG, drawn))
    if drawn.random() < 0.2:
        (folder / "model.safetensors.index.json").write_bytes(_json(INDEX, drawn))
        names = ["model-1.safetensors", "model-2.safetensors"]
    else:
        names = ["model.safetensors"]
    for name in names:
        header = _json(HEADER, drawn)
        content = len(header).to_bytes(8, "little") + header + b"1234"
        (folder / name).write_bytes(mutated(content, drawn) if drawn.random() < 0.2 else content)


def _json(value: Any, drawn: random.Random) -> bytes:
    """Return JSON that is right, of another value, or broken."""
    chance = drawn.random()
    if chance < 0.4:
        value = altered(value, drawn)
    content = json.dumps(value).encode()
    return mutated(content, drawn) if chance > 0.8 else content


def _each(calls: Iterable[Callable[[], object]]) -> None:
    """Make all calls, whatever the others gave; raise the last ``UserError`` there was."""
    told = None
    for call in calls:
        try:
            call()
        except UserError as error:
            told = error
    if told is not None:
        raise told


_NOWHERE = Hub(endpoint="http://127.0.0.1:9")
