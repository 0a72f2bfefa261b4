"""Local checkpoint folders: what is in them, and whether their weights are whole.

Reads headers only; no weights are loaded and nothing is unpickled.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from xlbench.errors import UserError

EMBEDDED = Path(__file__).parent / "embedded"
TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "sentencepiece.bpe.model",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
)
_VOCABULARIES = ("tokenizer.json", "sentencepiece.bpe.model", "vocab.txt", "vocab.json")
_MOST_HEADER_BYTES = 100_000_000  # the limit of the safetensors format


def read_config(folder: Path, where: str) -> dict[str, Any]:
    """Return the content of ``config.json``.

    Raises:
        UserError: it is missing, not JSON, or lacks ``model_type``.
    """
    file = folder / "config.json"
    if not file.is_file():
        raise UserError(
            f"{where}: {file} is missing. Expected a folder as save_pretrained "
            "writes it: config.json, model.safetensors and a tokenizer."
        )
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{where}: {file} can't be read as JSON ({error})") from None
    if not isinstance(config, dict) or not isinstance(config.get("model_type"), str):
        raise UserError(
            f"{where}: {file}: expected an object with a model_type. Save the model "
            "anew with save_pretrained."
        )
    return config


def has_tokenizer(folder: Path) -> bool:
    """Return whether the folder holds a vocabulary."""
    return any((folder / name).is_file() for name in _VOCABULARIES)


def is_bare_sentencepiece(folder: Path) -> bool:
    """Return whether a SentencePiece model is all there is of the tokenizer."""
    found = [name for name in _VOCABULARIES if (folder / name).is_file()]
    return found == ["sentencepiece.bpe.model"]


def weight_files(folder: Path, where: str) -> tuple[Path, ...]:
    """Return the safetensors files of a checkpoint, checked to be whole.

    Raises:
        UserError: there are none (pickled weights are refused), or one is cut off.
    """
    index, single = folder / "model.safetensors.index.json", folder / "model.safetensors"
    if single.is_file():
        files: tuple[Path, ...] = (single,)
    elif index.is_file():
        try:
            names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        except (OSError, ValueError, KeyError, AttributeError, TypeError):
            raise UserError(f"{where}: {index}: expected JSON with a weight_map") from None
        files = tuple(folder / str(name) for name in sorted(names))
    else:
        raise no_safetensors(where, [p.name for p in folder.iterdir()])
    for file in files:
        check_safetensors(file, where)
    return files


def no_safetensors(where: str, files: list[str]) -> UserError:
    """Return the error for a checkpoint without safetensors, given the names of its files."""
    pickled = [name for name in files if name.endswith((".bin", ".pt", ".pth", ".ckpt"))]
    if not pickled:
        return UserError(f"{where}: it has no weights: expected model.safetensors")
    return UserError(
        f"{where}: its weights are pickled only ({pickled[0]}) and xlbench loads safetensors only, "
        "because a pickle can run code. If you trust the file, convert it once with transformers: "
        "AutoModelFor...from_pretrained(FOLDER).save_pretrained(NEW_FOLDER), and pass NEW_FOLDER."
    )


def check_safetensors(file: Path, where: str) -> None:
    """Raise ``UserError`` unless the file's length is what its header says.

    The format: 8 bytes little-endian header length, the header as JSON, then the tensors'
    bytes; ``data_offsets`` count from the end of the header.
    """
    try:
        size = file.stat().st_size
        with file.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            text = stream.read(length) if length <= min(size, _MOST_HEADER_BYTES) else b""
    except OSError as error:
        raise UserError(f"{where}: {file} can't be read ({error.strerror})") from None
    try:
        header = json.loads(text)
        ends = [t["data_offsets"][1] for name, t in header.items() if name != "__metadata__"]
        expected = 8 + length + max(ends, default=0)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise UserError(
            f"{where}: {file} is not a safetensors file: its header can't be read. "
            "Download or save it again."
        ) from None
    if expected != size:
        raise UserError(
            f"{where}: {file} is cut off or damaged: its header promises {expected} "
            f"bytes, it has {size}. Download or save it again."
        )
