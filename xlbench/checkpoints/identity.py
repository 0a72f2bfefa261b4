"""Identity: what a checkpoint is, whatever its folder is called.

A path or a Hub id may hold other weights tomorrow. Two checkpoints are the same where their
digests are; ``differences`` names what is not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from xlbench.checkpoints.config import parse_config, read_config
from xlbench.checkpoints.digest import sha256_of_all
from xlbench.checkpoints.folders import TOKENIZER_FILES, weight_files
from xlbench.checkpoints.size import encoder_parameters
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.checkpoints.stored_tensors import stored_tensors
from xlbench.errors import UserError

_NOT_THE_MODEL = ("transformers_version", "_name_or_path")


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells a checkpoint from any other.

    Attributes:
        weights_sha256: of ``model.safetensors``, or of its shards as ``sha256_of_all`` says;
            ``None`` where the weights are drawn from ``weights_seed``.
        weights_seed: seed of random weights; ``None`` where they are read from files.
        config_sha256: of ``config.json`` as canonical JSON, without the name and the version of
            transformers that stand in it.
        tokenizer_sha256: of the tokenizer's files, as ``sha256_of_all`` says.
        parameters: elements of all tensors in the weights' files; with random weights those of
            the encoder, worked out from the config, ``None`` where that is not known.
        layers: hidden layers as the config has it; ``None`` where it does not say.
        hidden_size: width of the hidden state; ``None`` where it does not say.
    """

    weights_sha256: str | None
    weights_seed: int | None
    config_sha256: str
    tokenizer_sha256: str
    parameters: int | None
    layers: int | None
    hidden_size: int | None

    def to_json(self) -> dict[str, Any]:
        """Return the identity as JSON-ready values."""
        return asdict(self)


_WORDS = {
    "weights_sha256": "weights",
    "weights_seed": "seed of random weights",
    "config_sha256": "config",
    "tokenizer_sha256": "tokenizer",
    "parameters": "parameters",
    "layers": "layers",
    "hidden_size": "hidden size",
}
assert list(_WORDS) == [f.name for f in fields(Identity)]


def identity_of(spec: CheckpointSpec) -> Identity:
    """Return the identity of a resolved checkpoint.

    Files are read once in a process as long as they stay the same.

    Raises:
        UserError: a file can't be read.
    """
    where = f"checkpoint {spec.entry!r}"
    tokenizer = Path(spec.tokenizer_folder)
    try:
        tokenizer_sha256 = sha256_of_all(
            tokenizer / name for name in TOKENIZER_FILES if (tokenizer / name).is_file()
        )
        if spec.folder is None:
            config = parse_config(spec.config or {}, where)
            weights, parameters = None, encoder_parameters(config)
        else:
            folder = Path(spec.folder)
            config = read_config(folder, where)
            files = weight_files(folder, where)
            weights = sha256_of_all(files)
            stored = [stored_tensors(file, where) for file in files]
            parameters = sum(t.elements for tensors in stored for t in tensors.values())
    except OSError as error:
        raise UserError(f"{where}: {error.filename} can't be read ({error.strerror})") from None
    return Identity(
        weights_sha256=weights,
        weights_seed=spec.seed if spec.folder is None else None,
        config_sha256=_config_digest(config.content),
        tokenizer_sha256=tokenizer_sha256,
        parameters=parameters,
        layers=config.layers,
        hidden_size=config.hidden_size,
    )


def differences(recorded: Mapping[str, Any], found: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what differs between two identities (``to_json``), e.g. ``layers: 4 -> 5``.

    What one of them does not have at all, as from an older version, is not held against them.
    """
    return tuple(
        f"{word}: {_short(recorded[key])} -> {_short(found[key])}"
        for key, word in _WORDS.items()
        if key in recorded and key in found and recorded[key] != found[key]
    )


def _short(value: object) -> str:
    if value is None:
        return "none"
    return f"{value[:12]}..." if isinstance(value, str) else str(value)


def _config_digest(config: Mapping[str, Any]) -> str:
    said = {key: value for key, value in config.items() if key not in _NOT_THE_MODEL}
    text = json.dumps(said, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
