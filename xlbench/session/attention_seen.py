"""Which kernel attends: seen while a batch runs, not taken from what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from xlbench.session.cell import OpenCell
from xlbench.session.device_errors import out_of_memory
from xlbench.session.engine import Engine

_KERNELS = {
    "_scaled_dot_product_flash_attention_for_cpu": "sdpa-flash-cpu",
    "_scaled_dot_product_flash_attention": "sdpa-flash",
    "_scaled_dot_product_efficient_attention": "sdpa-efficient",
    "_scaled_dot_product_cudnn_attention": "sdpa-cudnn",
    "_scaled_dot_product_fused_attention_overrideable": "sdpa-overrideable",
    "_varlen_attn": "varlen-flash",
    "_flash_attention_forward": "flash",
    "_flash_attn_forward": "flash-attn-2",
    "_flash_attn_varlen_forward": "flash-attn-2",
    "flex_attention": "flex",
}
"""Operators that attend, by their names in torch or in flash-attn."""

_UNFUSED = ("_softmax", "_safe_softmax")
"""Where none of them ran: products and a softmax, as ``eager`` and SDPA's math do it."""


class AttentionSeen:
    """Tells the kernels by which a model attends; looks once at batches with padding, once without.

    Args:
        model: as it runs on the device, operator by operator.
        engine: makes its inputs.
    """

    def __init__(self, model: Callable[..., Any], engine: Engine) -> None:
        self._model, self._engine = model, engine
        self._seen: dict[bool, str | None] = {}

    def of(self, cell: OpenCell) -> str | None:
        """Return the kernels of a cell's batches, joined by commas; ``None``: none was seen.

        Where there is no memory for a look, beside graphs that hold nearly all of it, nothing is
        seen: what was measured before does not fail for it.
        """
        smallest: dict[bool, int] = {}
        for unit, batch in enumerate(cell.plans):
            masked = self._engine.masked(batch.dense)
            best = smallest.setdefault(masked, unit)
            if batch.padded_tokens < cell.plans[best].padded_tokens:
                smallest[masked] = unit
        for masked, unit in smallest.items():
            if masked not in self._seen:
                try:
                    self._seen[masked] = self._look(cell, unit)
                except Exception as error:
                    if not out_of_memory(error):
                        raise
        names = {self._seen.get(masked) for masked in smallest}
        return ",".join(sorted(name for name in names if name)) or None

    def _look(self, cell: OpenCell, unit: int) -> str | None:
        inputs = self._engine.host(cell.batch(unit))
        if self._engine.copy is not None:
            inputs = self._engine.copy(inputs)
        with torch.inference_mode(), torch.autograd.profiler.profile() as profile:
            self._model(*inputs)
        self._engine.settle()
        ran = {event.name().rpartition(":")[2] for event in profile.kineto_results.events()}
        kernels = [_KERNELS[name] for name in ran if name in _KERNELS]
        if not kernels and ran.intersection(_UNFUSED):
            kernels = ["unfused"]
        return ",".join(sorted(set(kernels))) or None
