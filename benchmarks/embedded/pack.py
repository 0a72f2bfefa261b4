"""Trained suites as the package ships them: half precision, and what is equal stored once.

`pack` takes the folders of two suites that `xlbench train --freeze-embeddings` made from one
student. All their embeddings are the student's; they go into ``embeddings.safetensors``, to which
the index of every checkpoint points. What a checkpoint has of its own is ``own.safetensors``.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

SHARED = "embeddings.safetensors"
OWN = "own.safetensors"
INDEX = "model.safetensors.index.json"
_DROPPED = ("transformers_version", "dtype", "_name_or_path", "architectures", "use_cache")


def pack(student: Path, suites: dict[str, dict[str, Path]], out: Path) -> int:
    """Write all checkpoints; return the bytes of all files.

    Args:
        student: the distilled encoder, with the tokenizer.
        suites: by suite and part (``encoder``, ``xnli``, ...) the folder that was trained.
        out: the package's folder of embedded checkpoints.

    Raises:
        ValueError: a checkpoint's embeddings are not the student's.
    """
    out.mkdir(parents=True, exist_ok=True)
    weights = load_file(student / "model.safetensors")
    embeddings = {
        name.removeprefix("embeddings."): tensor
        for name, tensor in weights.items()
        if name.startswith("embeddings.")
    }
    _save({f"embeddings.{name}": tensor for name, tensor in embeddings.items()}, out / SHARED)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(student / name, out)
    _write_json(out / "config.json", _config(student))
    for suite, parts in suites.items():
        for part, folder in parts.items():
            _pack_one(folder, out / suite / part, embeddings)
    return sum(file.stat().st_size for file in out.rglob("*") if file.is_file())


def _pack_one(folder: Path, out: Path, embeddings: dict[str, torch.Tensor]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    own, places = {}, {}
    for name, tensor in load_file(folder / "model.safetensors").items():
        # Of the encoder alone, or within a head's model; transformers knows both by either name.
        _, found, part = f".{name}".partition(".embeddings.")
        if not found:
            own[name] = tensor
            places[name] = OWN
        elif torch.equal(tensor, embeddings[part]):
            places[f"embeddings.{part}"] = f"../../{SHARED}"
        else:
            raise ValueError(f"{folder}: {name} is not the student's")
    _save(own, out / OWN)
    size = 2 * sum(tensor.numel() for tensor in (*own.values(), *embeddings.values()))
    _write_json(out / INDEX, {"metadata": {"total_size": size}, "weight_map": places})
    config = _config(folder)
    config["architectures"] = json.loads((folder / "config.json").read_text())["architectures"]
    _write_json(out / "config.json", config)


def _config(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return {name: value for name, value in content.items() if name not in _DROPPED}


def _save(tensors: dict[str, torch.Tensor], file: Path) -> None:
    halves = {name: tensor.half().contiguous() for name, tensor in sorted(tensors.items())}
    save_file(halves, file, metadata={"format": "pt"})


def _write_json(file: Path, value: dict[str, Any]) -> None:
    file.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
