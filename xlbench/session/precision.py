"""How exactly products of fp32 matrices are computed: in fp32, or with TF32's ten bits."""

from __future__ import annotations

import torch

from xlbench.errors import UserError


def set_products(dtype: str, device: torch.device) -> None:
    """Have this process multiply matrices of fp32 as ``dtype`` asks for.

    TF32 is a way of GPUs from Ampere on to multiply fp32 operands rounded to ten bits of mantissa,
    summed in fp32 (torch, CUDA semantics, TF32).

    Raises:
        UserError: ``tf32`` on a device that has no such products.
    """
    if dtype == "tf32":
        _check_tf32(device)
    torch.set_float32_matmul_precision("high" if dtype == "tf32" else "highest")


def _check_tf32(device: torch.device) -> None:
    if device.type != "cuda":
        raise UserError(
            f"dtype=tf32 is a way of CUDA GPUs to multiply; the device is {device}: give "
            "dtype=fp32 or dtype=bf16, or device=cuda:0"
        )
    major, minor = torch.cuda.get_device_capability(device)
    if major < 8:
        raise UserError(
            f"dtype=tf32 needs a GPU of compute capability 8.0 (Ampere) or newer, this one has "
            f"{major}.{minor}: give dtype=fp32 or dtype=fp16"
        )
