"""``config.json``: what is read of it, whoever wrote it.

Keys that other programs wrote with another type are read where there is one way to read them
(``num_labels: "3"``, labels as a list); otherwise the key is named. Keys that are not read here go
to transformers as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xlbench.checkpoints.json_files import read_json_object
from xlbench.errors import UserError
from xlbench.printable import shown

_MOST_LAYERS = 10_000
_MOST = 2**40
_MOST_LABELS = 100_000
_POSITIONS_AFTER_PADDING = (
    "camembert",
    "data2vec-text",
    "ibert",
    "longformer",
    "luke",
    "mpnet",
    "roberta",
    "roberta-prelayernorm",
    "xlm-roberta",
    "xlm-roberta-xl",
    "xmod",
)
_CODE = ("auto_map", "custom_pipelines")


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """An architecture.

    Attributes:
        content: all keys, with those below in the types that transformers expects, and without
            any that would run code of the checkpoint.
        model_type: as transformers names it, e.g. ``xlm-roberta``.
        architectures: classes that the weights were saved from; empty where not told.
        labels: name of each output; ``None`` where not told.
        outputs: their number; ``None`` where not told (transformers takes 2).
        layers: hidden layers; ``None`` where not told.
        hidden_size: width of the hidden state; ``None`` where not told.
        positions: longest row, special tokens included; ``None`` where not told.
        pad_id: of the padding token; ``None`` where not told.
    """

    content: Mapping[str, Any]
    model_type: str
    architectures: tuple[str, ...]
    labels: tuple[str, ...] | None
    outputs: int | None
    layers: int | None
    hidden_size: int | None
    positions: int | None
    pad_id: int | None


def read_config(folder: Path, where: str) -> ModelConfig:
    """Return the architecture in a folder's ``config.json``.

    Args:
        folder: of a checkpoint.
        where: the checkpoint, for messages.

    Raises:
        UserError: the file is missing, or a key can't be read.
    """
    file = folder / "config.json"
    if not file.is_file():
        raise UserError(
            f"{where}: {file} is missing. Expected a folder as save_pretrained "
            "writes it: config.json, model.safetensors and a tokenizer."
        )
    return parse_config(read_json_object(file, where), f"{where}: {file}")


def parse_config(content: Mapping[str, Any], where: str) -> ModelConfig:
    """Return the architecture that the keys of a ``config.json`` describe.

    Args:
        content: the keys.
        where: checkpoint and file, for messages.

    Raises:
        UserError: a key can't be read.
    """
    model_type = content.get("model_type")
    if not isinstance(model_type, str) or not model_type:
        raise UserError(
            f"{where}: expected an object with a model_type. Save the model anew with "
            "save_pretrained."
        )

    def number(key: str, least: int, most: int, *aliases: str) -> int | None:
        for name in (key, *aliases):
            if content.get(name) is not None:
                return _whole(content[name], least, most, f"{where}: {name}")
        return None

    labels = _labels(content.get("id2label"), where)
    outputs = len(labels) if labels else number("num_labels", 1, _MOST_LABELS)
    pad_id = number("pad_token_id", 0, _MOST)
    highest = number("max_position_embeddings", 1, _MOST)
    config = ModelConfig(
        content={},
        model_type=model_type,
        architectures=_architectures(content.get("architectures")),
        labels=labels,
        outputs=outputs,
        layers=number("num_hidden_layers", 1, _MOST_LAYERS, "n_layers"),
        hidden_size=number("hidden_size", 1, _MOST, "dim", "emb_dim"),
        positions=_positions(model_type, highest, pad_id, where),
        pad_id=pad_id,
    )
    return _with_content(config, content, highest)


def _with_content(
    config: ModelConfig, content: Mapping[str, Any], highest: int | None
) -> ModelConfig:
    read = {
        "num_hidden_layers": config.layers,
        "hidden_size": config.hidden_size,
        "pad_token_id": config.pad_id,
        "max_position_embeddings": highest,
    }
    kept = {key: value for key, value in content.items() if key not in _CODE}
    kept.update({key: value for key, value in read.items() if key in kept and value is not None})
    for key in ("id2label", "label2id", "num_labels", "architectures"):
        kept.pop(key, None)
    if config.architectures:
        kept["architectures"] = list(config.architectures)
    if config.labels is not None:
        kept["id2label"] = dict(enumerate(config.labels))
        kept["label2id"] = {label: index for index, label in enumerate(config.labels)}
    elif config.outputs is not None:
        kept["num_labels"] = config.outputs
    return replace(config, content=kept)


def _architectures(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()


def _labels(value: object, where: str) -> tuple[str, ...] | None:
    """Return the name of each output in the order of the outputs."""
    if value is None or value == {}:
        return None
    names: list[object] | None = None
    if isinstance(value, list):
        names = value
    elif isinstance(value, Mapping):
        by_number = {int(k): v for k, v in value.items() if _is_index(k)}
        if len(by_number) == len(value) and sorted(by_number) == list(range(len(value))):
            names = [by_number[index] for index in range(len(value))]
    if not names or not all(isinstance(name, str | int) for name in names):
        raise UserError(
            f"{where}: id2label: expected the name of each output by its number, such as "
            f'{{"0": "entailment", "1": "neutral"}}, found {shown(value)}. Correct it, or save the '
            "model anew with save_pretrained."
        )
    return tuple(map(str, names))


def _is_index(key: object) -> bool:
    return isinstance(key, str | int) and str(key).isdecimal() and len(str(key)) < 7


def _positions(model_type: str, highest: int | None, pad_id: int | None, where: str) -> int | None:
    """Return the longest row that has a position for each of its tokens.

    Models after RoBERTa count positions from the one behind the padding token's id (fairseq's
    ``make_positions``), so that XLM-R's 514 hold 512 tokens.
    """
    if highest is None or model_type not in _POSITIONS_AFTER_PADDING:
        return highest
    left = highest - 1 - (1 if pad_id is None else pad_id)
    if left < 1:
        raise UserError(
            f"{where}: max_position_embeddings: expected more than {highest - left}, since "
            f"{model_type} counts positions from the one behind pad_token_id, found {highest}"
        )
    return left


def _whole(value: object, least: int, most: int, where: str) -> int:
    """Return a whole number, also one that was written as text."""
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 20:
        value = int(value)
    if type(value) is not int or not least <= value <= most:
        raise UserError(
            f"{where}: expected a whole number of at least {least}, found {shown(value)}"
        )
    return value
