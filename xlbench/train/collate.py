"""From features to the tensors of one batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from xlbench.encode.window import Window
from xlbench.train.features import IGNORED, Feature

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


def collate(tokenizer: PreTrainedTokenizerFast, batch: Sequence[Feature]) -> dict[str, Any]:
    """Return the arguments of the head: rows padded to the longest, and labels.

    Ids and masks have the shape ``(rows, length)``, or ``(rows, choices, length)`` where a feature
    has several windows, as many as all others.
    """
    choices = len(batch[0].windows)
    tensors = pad(tokenizer, [window for feature in batch for window in feature.windows])
    if choices > 1:
        shape = (len(batch), choices, -1)
        tensors = {name: tensor.reshape(shape) for name, tensor in tensors.items()}
    length = tensors["input_ids"].shape[-1]
    for name in batch[0].labels:
        values = [feature.labels[name] for feature in batch]
        if isinstance(values[0], np.ndarray):
            whole = np.full((len(values), length), IGNORED, dtype=np.int64)
            for row, value in zip(whole, values, strict=True):
                row[: len(value)] = value
            tensors[name] = torch.from_numpy(whole)
        else:
            tensors[name] = torch.tensor(values, dtype=torch.int64)
    return tensors


def pad(tokenizer: PreTrainedTokenizerFast, windows: Sequence[Window]) -> dict[str, torch.Tensor]:
    """Return ids, mask and (where the model has segments) segments, int64 ``(rows, length)``."""
    length = max(window.length for window in windows)
    shape = (len(windows), length)
    ids = np.full(shape, tokenizer.pad_token_id, dtype=np.int64)
    mask = np.zeros(shape, dtype=np.int64)
    types = np.zeros(shape, dtype=np.int64)
    for row, window in enumerate(windows):
        ids[row, : window.length] = window.ids
        mask[row, : window.length] = 1
        if window.type_ids is not None:
            types[row, : window.length] = window.type_ids
    tensors = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
    if windows[0].type_ids is not None:
        tensors["token_type_ids"] = torch.from_numpy(types)
    return tensors
