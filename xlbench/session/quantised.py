"""``quant=int8`` as torch does it: linear layers with 8-bit weights, activations by the batch."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch

from xlbench.errors import UserError
from xlbench.session.model import Model


def check_int8(device: torch.device) -> None:
    """Raise ``UserError`` where torch has no dynamic quantisation."""
    if device.type != "cpu":
        raise UserError(
            f"quant=int8 with runtime=eager runs on a CPU only, not on {device}: give device=cpu, "
            "or dtype=bf16"
        )
    if _quantize_dynamic() is None or torch.backends.quantized.engine == "none":
        raise UserError(
            f"quant=int8 with runtime=eager needs torch.ao.quantization, which torch "
            f"{torch.__version__} has not on this machine: give runtime=onnxruntime or openvino"
        )


def quantised(model: Model) -> Model:
    """Return the model with its linear layers quantised dynamically (torch.ao.quantization).

    Weights have a scale for each output channel, activations one for each batch, found as it comes;
    embeddings, norms and attention stay fp32.
    """
    from torch.ao.quantization import per_channel_dynamic_qconfig

    module = model.model
    assert isinstance(module, torch.nn.Module)
    quantize_dynamic = _quantize_dynamic()
    assert quantize_dynamic is not None
    with warnings.catch_warnings():
        # It says that it will be gone one day; ``check_int8`` says so when it is.
        warnings.simplefilter("ignore")
        quantize_dynamic(module, {torch.nn.Linear: per_channel_dynamic_qconfig}, inplace=True)
    return replace(model, weights_bytes=sum(_sizes(module)))


def _quantize_dynamic() -> Any:
    try:
        from torch.ao.quantization import quantize_dynamic
    except ImportError:
        return None
    return quantize_dynamic


def _sizes(module: torch.nn.Module) -> Iterator[int]:
    """Yield the bytes of weights; the quantised ones lie packed, where no parameter shows them."""
    tensors = {t.data_ptr(): t for t in (*module.parameters(), *module.buffers())}
    yield from (t.numel() * t.element_size() for t in tensors.values())
    for layer in module.modules():
        if isinstance(layer, torch.ao.nn.quantized.dynamic.Linear):
            weight, bias = layer.weight(), layer.bias()
            yield weight.numel() * weight.element_size()
            yield 0 if bias is None else bias.numel() * bias.element_size()
