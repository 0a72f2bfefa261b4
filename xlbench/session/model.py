"""What a loader gives to a session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.flags import Flag


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded checkpoint.

    Attributes:
        model: takes ``(input_ids, attention_mask[, token_type_ids])``, returns tensors.
        tokenizer: a fast tokenizer with ``pad_token_id``.
        labels: the task's label for each index of the logits.
        weights_bytes: bytes of parameters and buffers.
        flags: what every cell of this checkpoint carries (``random-weights``, ...).
    """

    model: Callable[..., Any]
    tokenizer: Any
    labels: Sequence[str]
    weights_bytes: int
    flags: tuple[Flag, ...] = ()


Loader = Callable[[CheckpointSpec, torch.device, str, str | None], Model]
"""Makes the model of a checkpoint, on a device, with a dtype and an attention implementation."""
