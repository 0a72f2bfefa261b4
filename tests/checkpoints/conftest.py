"""Checkpoints that the tests make, and a Hub on loopback that serves them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hub_server import HubServer
from safetensors.numpy import save_file
from small_tokenizer import SMALL_TOKENIZER

from xlbench.checkpoints.catalogue import Catalogue, load_catalogue

Folder = Callable[..., Path]

NLI = {0: "CONTRADICTION", 1: "NEUTRAL", 2: "ENTAILMENT"}


@pytest.fixture
def hub() -> Iterator[HubServer]:
    """A Hub without repositories."""
    with HubServer() as server:
        yield server


@pytest.fixture
def catalogue() -> Catalogue:
    """The shipped catalogue."""
    return load_catalogue()


@pytest.fixture
def extended(tmp_path: Path) -> Callable[[str], Catalogue]:
    """Return a function that gives the catalogue with YAML text over it."""

    def extend(text: str) -> Catalogue:
        file = tmp_path / "more.yaml"
        file.write_text(text, encoding="utf-8")
        return load_catalogue(file)

    return extend


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Return a function that writes a folder that looks like a checkpoint to ``resolve``.

    Its one tensor is of no use to a model.
    """

    def make(
        name: str = "model",
        architecture: str = "XLMRobertaForSequenceClassification",
        id2label: dict[int, str] | None = None,
        **config: Any,
    ) -> Path:
        path = tmp_path / name
        path.mkdir(parents=True)
        content = {
            "model_type": "xlm-roberta",
            "architectures": [architecture],
            "num_hidden_layers": 2,
            **config,
        }
        if id2label is not None:
            content["id2label"] = {str(key): label for key, label in id2label.items()}
        (path / "config.json").write_text(json.dumps(content), encoding="utf-8")
        save_file({"weight": np.arange(5000, dtype=np.float32)}, path / "model.safetensors")
        for file in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(SMALL_TOKENIZER / file, path)
        return path

    return make


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder as a repository of the Hub holds them."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}
