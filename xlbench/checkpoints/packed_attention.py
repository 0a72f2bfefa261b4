"""Attention over rows that lie one behind the other: each token sees those of its own row only.

Two ways to the same numbers. ``varlen``: one kernel that is told where rows begin
(FlashAttention-2's, Dao 2023, arXiv 2307.08691; ``torch.nn.attention.varlen``), for half precision
on a GPU. ``by length``: neighbouring rows of one length are a dense batch, one SDPA for each
length; sorted rows have few of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from xlbench.encode.joined import Runs

NAME = "xlbench_packed"
"""Of the attention among those of transformers."""

VARLEN, BY_LENGTH = "varlen", "by-length"

_AMPERE = (8, 0)
_WIDEST = 256


def install(model: Any) -> None:
    """Have a model of transformers attend in this way; it must then get ``starts`` and ``runs``."""
    from transformers import AttentionInterface

    AttentionInterface.register(NAME, _attend)
    model.set_attn_implementation(NAME)


def way(device: torch.device, dtype: torch.dtype, width: int) -> str:
    """Return which of the two ways serves heads of ``width`` numbers.

    Where torch has no varlen attention, or the GPU or the type is none that its kernel knows, the
    other way serves, on every device and in every precision.
    """
    if device.type != "cuda" or dtype not in (torch.float16, torch.bfloat16):
        return BY_LENGTH
    if _varlen_attn() is None or torch.cuda.get_device_capability(device) < _AMPERE:
        return BY_LENGTH
    return VARLEN if width <= _WIDEST and width % 8 == 0 else BY_LENGTH


def _attend(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | None,
    *,
    starts: torch.Tensor,
    runs: Runs,
    scaling: float | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Attend within rows, as transformers calls it.

    Args:
        module: of the layer.
        query, key, value: ``(1, heads, tokens, width)``.
        mask: none is needed.
        starts, runs: as in ``Joined``.
        scaling: of the scores.

    Returns:
        ``(1, tokens, heads, width)``.
    """
    # In memory they lie as (tokens, heads, width): these are views.
    q, k, v = (part.transpose(1, 2)[0] for part in (query, key, value))
    width = query.shape[-1]
    usual = scaling is None or scaling == width**-0.5
    if usual and way(query.device, query.dtype, width) == VARLEN:
        return _varlen(q, k, v, starts, runs)[None], None
    return _by_length(q, k, v, runs, scaling)[None], None


def _varlen(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, starts: torch.Tensor, runs: Runs
) -> torch.Tensor:
    kernel = _varlen_attn()
    assert kernel is not None
    longest = max(length for _, length in runs)
    found: torch.Tensor = kernel(query, key, value, starts, starts, longest, longest)
    return found


def _by_length(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    runs: Runs,
    scaling: float | None,
) -> torch.Tensor:
    found = torch.empty_like(query, memory_format=torch.contiguous_format)
    begin = 0
    for count, length in runs:
        end = begin + count * length
        q, k, v = (
            part[begin:end].reshape(count, length, *part.shape[1:]).transpose(1, 2)
            for part in (query, key, value)
        )
        attended = torch.nn.functional.scaled_dot_product_attention(q, k, v, scale=scaling)
        found[begin:end] = attended.transpose(1, 2).flatten(0, 1)
        begin = end
    return found


def _varlen_attn() -> Callable[..., Any] | None:
    try:
        from torch.nn.attention.varlen import varlen_attn
    except ImportError:
        return None
    return varlen_attn
