"""Loading: from a ``CheckpointSpec`` to a model on its device, with one call for every head.

Runs in the worker; the only file of this room that imports torch and transformers. Nothing
is downloaded here, no pickle is read and no code of a checkpoint is run.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from xlbench.checkpoints.anonymous_memory import to_anonymous_memory
from xlbench.checkpoints.config import ModelConfig, parse_config, read_config
from xlbench.checkpoints.fast_tokenizer import load_tokenizer
from xlbench.checkpoints.leftover_weights import explained, leftover
from xlbench.checkpoints.random_weights import build
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.checkpoints.uniform_call import UniformCall
from xlbench.errors import UserError
from xlbench.flags import Flag

DTYPES = {
    "fp32": torch.float32,
    "tf32": torch.float32,
    "bf16": torch.bfloat16,
    "fp16": torch.float16,
}
_CLASSES = {
    "sequence-classification": "AutoModelForSequenceClassification",
    "token-classification": "AutoModelForTokenClassification",
    "question-answering": "AutoModelForQuestionAnswering",
    "encoder": "AutoModel",
}
_WITH_OPTIONAL_POOLER = ("bert", "roberta", "xlm-roberta", "xlm-roberta-xl", "camembert")

_WRAPPED = r"^((_orig_mod|module)\.)+"
"""What torch.compile and DataParallel put before every name of a model that is saved in them."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model ready to run.

    Attributes:
        model: called with ``(input_ids, attention_mask, token_type_ids=None)``, all of shape
            ``(rows, length)``; returns a tuple of tensors as ``UniformCall`` says.
        tokenizer: a fast tokenizer.
        labels: the task's label for each index of the logits.
        flags: what every cell of this checkpoint carries.
        weights_bytes: bytes of all parameters and buffers, shared ones counted once.
    """

    model: torch.nn.Module
    tokenizer: Any
    labels: tuple[str, ...]
    flags: tuple[Flag, ...]
    weights_bytes: int


def load(spec: CheckpointSpec, *, device: torch.device, dtype: str, attn: str | None) -> Loaded:
    """Load tokenizer and model; the model is in evaluation mode and needs no gradients.

    Its weights lie in memory of the process's own, not in mapped files.

    Args:
        spec: what to load.
        device: where the model shall live.
        dtype: one of ``DTYPES``: type of all weights.
        attn: attention implementation as transformers names it; ``None``: its default.

    Raises:
        UserError: the files don't hold what the task needs, or transformers refuses them.
    """
    where = f"checkpoint {spec.entry!r}"
    config = _config(spec, where)
    tokenizer = load_tokenizer(Path(spec.tokenizer_folder), where, config.pad_id)
    extra: dict[str, Any] = {"dtype": DTYPES[dtype]}
    if attn is not None:
        extra["attn_implementation"] = attn
    if spec.head == "encoder" and spec.model_type in _WITH_OPTIONAL_POOLER:
        extra["add_pooling_layer"] = False
    model: Any
    try:
        if spec.weights == "random":
            model = build(spec, _CLASSES[spec.head], device, extra)
        else:
            model = _trained(spec, config, extra, where).to(device)
    except (OSError, ValueError, ImportError, RuntimeError, KeyError) as error:
        if isinstance(error, torch.OutOfMemoryError):
            raise
        reason = " ".join(str(error).split())[:300]
        raise UserError(f"{where}: can't be loaded as {_CLASSES[spec.head]}: {reason}") from error
    rows = model.get_input_embeddings().num_embeddings
    if len(tokenizer) > rows:
        raise UserError(
            f"{where}: the tokenizer in {spec.tokenizer_folder} has {len(tokenizer)} "
            f"tokens, the model only {rows} embeddings. They don't belong "
            "together."
        )
    call = UniformCall(model, spec.head, spec.retrieval_layer, spec.pooling)
    call.eval().requires_grad_(False)
    return Loaded(call, tokenizer, spec.labels, spec.flags, weights_bytes(model))


def _config(spec: CheckpointSpec, where: str) -> ModelConfig:
    if spec.folder is None:
        return parse_config(spec.config or {}, where)
    return read_config(Path(spec.folder), where)


def _trained(spec: CheckpointSpec, config: ModelConfig, extra: dict[str, Any], where: str) -> Any:
    import transformers

    model, info = getattr(transformers, _CLASSES[spec.head]).from_pretrained(
        spec.folder,
        config=transformers.AutoConfig.for_model(**config.content),
        local_files_only=True,
        use_safetensors=True,
        trust_remote_code=False,
        output_loading_info=True,
        key_mapping={_WRAPPED: ""},
        **extra,
    )
    to_anonymous_memory(model)
    missing = sorted(key for key in info["missing_keys"] if not key.startswith("pooler."))
    if missing:
        raise UserError(
            f"{where}: {spec.folder} lacks {len(missing)} weights that {spec.task} needs "
            f"({', '.join(missing[:3])}). It was not fine-tuned with a head for "
            f"{spec.head}; pass --weights random to measure latency and memory only."
        )
    unplaced = leftover(info["unexpected_keys"], spec.head)
    if unplaced:
        raise UserError(
            f"{where}: {len(unplaced)} weights in {spec.folder} have no place in the model that "
            f"its config.json describes ({', '.join(unplaced[:3])}). "
            f"{explained(unplaced, config.layers)}"
        )
    return model


def weights_bytes(model: torch.nn.Module) -> int:
    """Return the bytes of all parameters and buffers, those that share memory counted once."""
    tensors = [*model.parameters(), *model.buffers()]
    storages = {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in tensors}
    return sum(storages.values())
