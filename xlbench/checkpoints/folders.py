"""Local checkpoint folders: what is in them, and whether their weights are whole.

Reads headers only; no weights are loaded and nothing is unpickled.
"""

from __future__ import annotations

import re
from pathlib import Path

from xlbench.checkpoints.json_files import read_json_object
from xlbench.checkpoints.stored_tensors import stored_tensors
from xlbench.errors import UserError
from xlbench.printable import shown

EMBEDDED = Path(__file__).resolve().parent / "embedded"
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
_SHARD = re.compile(r"[\w.-]{1,200}\.safetensors")
_EMBEDDINGS = "../../embeddings.safetensors"
"""What all embedded checkpoints share: one file, in the package."""
_VOCABULARIES = ("tokenizer.json", "sentencepiece.bpe.model", "vocab.txt", "vocab.json")


def local(name: str) -> Path | None:
    """Return the path that a user's text names, ``~`` resolved; ``None`` where nothing is there.

    Text that can't be a path (too long, with a NUL, of an unknown user) names nothing.
    """
    try:
        path = Path(name).expanduser()
        return path if path.exists() else None
    except (OSError, ValueError, RuntimeError):
        return None


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
        UserError: there are none (pickled weights are refused), one is cut off, or the index
            names one outside the folder.
    """
    if (folder / "adapter_config.json").is_file():
        raise UserError(
            f"{where}: {folder} holds an adapter (adapter_config.json) beside or in place of whole "
            "weights. Merge it into its base (peft: merge_and_unload) and save the result."
        )
    index, single = folder / "model.safetensors.index.json", folder / "model.safetensors"
    if single.is_file():
        files: tuple[Path, ...] = (single,)
    elif index.is_file():
        files = tuple(folder / name for name in _shards(index, where))
    else:
        raise no_safetensors(where, [p.name for p in folder.iterdir()])
    for file in files:
        stored_tensors(file, where)
    return files


def _shards(index: Path, where: str) -> list[str]:
    """Return the names of the files that an index lists."""
    weight_map = read_json_object(index, where).get("weight_map")
    if not isinstance(weight_map, dict) or not weight_map:
        raise UserError(f"{where}: {index}: expected JSON with a weight_map")
    names = set()
    shared = _EMBEDDINGS if index.is_relative_to(EMBEDDED) else None
    for tensor, name in weight_map.items():
        if not isinstance(name, str) or (name != shared and _SHARD.fullmatch(name) is None):
            raise UserError(
                f"{where}: {index}: weight_map: expected the name of a .safetensors file in the "
                f"same folder for {shown(tensor)}, found {shown(name)}"
            )
        names.add(name)
    return sorted(names)


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
