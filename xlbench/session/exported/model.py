"""An export as a session's model: arrays in, tensors out, and the checkpoint's tokenizer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from xlbench.checkpoints.config import parse_config, read_config
from xlbench.checkpoints.fast_tokenizer import load_tokenizer
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.session.exported.entry import Entry
from xlbench.session.model import Model

Infer = Callable[[dict[str, np.ndarray]], Sequence[np.ndarray]]
"""Runs the export on a batch; what it returns is the caller's to keep."""


def exported_model(spec: CheckpointSpec, entry: Entry, infer: Infer) -> Model:
    """Return the model of a checkpoint whose export ``infer`` runs.

    Raises:
        UserError: its tokenizer can't be loaded.
    """
    where = f"checkpoint {spec.entry!r}"
    if spec.folder is None:
        config = parse_config(spec.config or {}, where)
    else:
        config = read_config(Path(spec.folder), where)
    tokenizer = load_tokenizer(Path(spec.tokenizer_folder), where, config.pad_id)
    forward = _Forward(infer, entry.inputs)
    return Model(forward, tokenizer, spec.labels, entry.weights_bytes, spec.flags)


class _Forward:
    """Calls an export as a session calls a model."""

    def __init__(self, infer: Infer, inputs: Sequence[str]) -> None:
        self._infer, self._inputs = infer, inputs

    def __call__(self, *batch: Any) -> tuple[torch.Tensor, ...]:
        arrays: list[np.ndarray] = [part.numpy() for part in batch[: len(self._inputs)]]
        # A model of two segments also meets rows without, which are the first.
        arrays += [np.zeros_like(arrays[0])] * (len(self._inputs) - len(arrays))
        outputs = self._infer(dict(zip(self._inputs, arrays, strict=True)))
        return tuple(torch.from_numpy(output) for output in outputs)
