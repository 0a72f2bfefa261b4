"""One encoder with a head for each training set: transformers' own models, sharing their encoder.

A head is the model class of transformers for it, so what is saved afterwards is an ordinary
checkpoint; the encoder within it is replaced by the shared one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from xlbench.errors import UserError
from xlbench.tasks.task import Task

CLASSES = {
    "sequence-classification": "AutoModelForSequenceClassification",
    "token-classification": "AutoModelForTokenClassification",
    "question-answering": "AutoModelForQuestionAnswering",
    "multiple-choice": "AutoModelForMultipleChoice",
    "masked-lm": "AutoModelForMaskedLM",
}


class Heads(torch.nn.Module):
    """Calls the head that a batch is for.

    Args:
        models: by the name of the training set, with one encoder.
    """

    # Asked for by the Trainer: a loss is the mean of its own batch; no name is left out on purpose.
    accepts_loss_kwargs = False
    _keys_to_ignore_on_save = None

    def __init__(self, models: Mapping[str, torch.nn.Module]) -> None:
        super().__init__()
        self.names = tuple(models)
        # Names of sets may hold what a module's name may not.
        self.models = torch.nn.ModuleList(models.values())
        self.register_state_dict_post_hook(_each_tensor_once)  # type: ignore[no-untyped-call]

    def head(self, name: str) -> Any:
        """Return the model of a training set."""
        return self.models[self.names.index(name)]

    def forward(self, name: str, **inputs: torch.Tensor) -> Any:
        """Return what the set's model returns for its batch: ``loss`` first."""
        return self.head(name)(**inputs)


def build(
    folder: Path, tasks: Mapping[str, Task], *, mlm: str | None, seed: int, freeze: bool
) -> Heads:
    """Return an encoder out of a folder with new heads, seeded.

    Args:
        folder: config and safetensors.
        tasks: by the name of the training set.
        mlm: name of the set of text whose masked tokens are predicted, with the head of the
            pretrained model where it is there; ``None``: none.
        seed: of the weights of the heads.
        freeze: whether the embeddings stay as they are.

    Raises:
        UserError: the model has too few positions for a task, or cannot be loaded.
    """
    models: dict[str, Any] = {}
    wanted = {name: (CLASSES[task.kind.head], task.labels) for name, task in tasks.items()}
    if mlm is not None:
        wanted[mlm] = (CLASSES["masked-lm"], ())
    for name, (class_name, labels) in wanted.items():
        torch.manual_seed(seed)
        models[name] = _load(folder, class_name, labels)
    _check_positions(folder, next(iter(models.values())), tasks)
    # The one with a pooler, if any has it, since some heads need it and none minds it.
    shared = max((m.base_model for m in models.values()), key=lambda encoder: _pools(encoder))
    for model in models.values():
        setattr(model, model.base_model_prefix, shared)
        model.tie_weights()
    if freeze:
        shared.embeddings.requires_grad_(False)
    return Heads(models)


def encoder_of(heads: Heads) -> Any:
    """Return the shared encoder."""
    return heads.head(heads.names[0]).base_model


def _load(folder: Path, class_name: str, labels: tuple[str, ...]) -> Any:
    import transformers

    more: dict[str, Any] = {}
    if labels and class_name != CLASSES["multiple-choice"]:
        more["id2label"] = dict(enumerate(labels))
        more["label2id"] = {label: index for index, label in enumerate(labels)}
        more["num_labels"] = len(labels)
    try:
        return getattr(transformers, class_name).from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            ignore_mismatched_sizes=True,
            dtype=torch.float32,
            **more,
        )
    except (OSError, ValueError, ImportError, RuntimeError, KeyError) as error:
        reason = " ".join(str(error).split())[:300]
        raise UserError(f"{folder}: can't be loaded as {class_name}: {reason}") from error


def _check_positions(folder: Path, model: Any, tasks: Mapping[str, Task]) -> None:
    config = model.config
    positions = getattr(config, "max_position_embeddings", None)
    if positions is None:
        return
    # RoBERTa's count from the padding's id on.
    room = positions - (2 if "roberta" in config.model_type else 0)
    for task in tasks.values():
        if task.max_length > room:
            raise UserError(
                f"{folder}: {task.title} has windows of up to {task.max_length} tokens, the model "
                f"has positions for {room}. Take a model with more, or leave the task out."
            )


def _pools(encoder: Any) -> bool:
    return getattr(encoder, "pooler", None) is not None


def _each_tensor_once(
    module: torch.nn.Module, state: dict[str, torch.Tensor], prefix: str, metadata: object
) -> None:
    """Leave out repetitions of the shared encoder: safetensors refuses tensors that share memory.

    Loading the first name of a tensor fills all of them.
    """
    seen: set[tuple[int, torch.Size, tuple[int, ...]]] = set()
    for name, tensor in list(state.items()):
        key = (tensor.data_ptr(), tensor.shape, tensor.stride())
        if key in seen:
            del state[name]
        seen.add(key)
