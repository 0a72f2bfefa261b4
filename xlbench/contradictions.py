"""Options of an arm that contradict one another."""

from __future__ import annotations

from xlbench.arm_options import EXPORTED, Options
from xlbench.errors import UserError


def check_options(options: Options, where: str) -> None:
    """Raise ``UserError`` for options that contradict one another."""
    if options.batch_size is not None and options.tokens_per_batch is not None:
        raise UserError(f"{where}: give either batch-size or tokens-per-batch, not both")
    if options.runtime == "cudagraph" and options.device == "cpu":
        raise UserError(f"{where}: runtime=cudagraph needs a CUDA device, not device=cpu")
    if options.dtype == "tf32" and options.device == "cpu":
        raise UserError(f"{where}: dtype=tf32 needs a CUDA device, not device=cpu")
    if options.attn == "flash_attention_2":
        _check_flash_attention(options, where)
    if options.runtime in EXPORTED:
        _check_exported(options, where)
    elif options.quant is not None:
        _check_quantised(options, where)
    if options.buckets is not None and options.padding != "bucket":
        raise UserError(f"{where}: buckets needs padding=bucket, not padding={options.padding}")
    if options.padding == "packed":
        _check_packed(options, where)


def _check_flash_attention(options: Options, where: str) -> None:
    refused = f"{where}: attn=flash_attention_2"
    if options.dtype in ("fp32", "tf32"):
        raise UserError(f"{refused} computes in half precision only: give dtype=bf16 or dtype=fp16")
    if options.device == "cpu":
        raise UserError(f"{refused} needs a CUDA device, not device=cpu")
    if options.runtime == "cudagraph":
        raise UserError(
            f"{refused} asks the device how long each row is, which no CUDA graph can hold: give "
            "runtime=eager, or attn=sdpa"
        )


def _check_packed(options: Options, where: str) -> None:
    refused = f"{where}: padding=packed"
    if options.runtime in EXPORTED:
        raise UserError(
            f"{refused} calls the layers of torch, which runtime={options.runtime} does not run: "
            "give runtime=eager, or padding=bucket"
        )
    if options.runtime != "eager":
        raise UserError(
            f"{refused} has a new shape in every batch, and runtime={options.runtime} prepares "
            "each shape: give runtime=eager, or padding=bucket"
        )
    if options.attn not in (None, "sdpa"):
        raise UserError(
            f"{refused} attends within rows by SDPA, or torch's varlen attention on a GPU, not by "
            f"attn={options.attn}: leave attn out, or give padding=bucket"
        )


def _check_exported(options: Options, where: str) -> None:
    refused = f"{where}: runtime={options.runtime}"
    if options.device.startswith("cuda"):
        raise UserError(f"{refused} runs on the CPU: give device=cpu, not {options.device}")
    if options.attn not in (None, "sdpa", "eager"):
        raise UserError(
            f"{refused} can't hold attn={options.attn}, a kernel of torch: give attn=sdpa or eager"
        )
    if options.runtime == "onnxruntime" and options.dtype != "fp32":
        raise UserError(
            f"{refused} has no {options.dtype} kernels for a CPU and would convert to fp32 and "
            "back: give dtype=fp32, or quant=int8"
        )
    if options.dtype not in ("fp32", "bf16", "fp16"):
        raise UserError(f"{refused} knows no {options.dtype}: give dtype=fp32, bf16 or fp16")


def _check_quantised(options: Options, where: str) -> None:
    refused = f"{where}: quant={options.quant} with runtime={options.runtime}"
    if options.runtime != "eager":
        raise UserError(
            f"{refused}: torch's quantised layers can't be compiled or captured: give "
            "runtime=eager, onnxruntime or openvino"
        )
    if options.dtype != "fp32":
        raise UserError(
            f"{refused} needs dtype=fp32, not {options.dtype}: torch's quantised layers take "
            "and return fp32"
        )
    if options.device.startswith("cuda"):
        raise UserError(
            f"{refused}: torch's quantised layers run on a CPU only: give device=cpu, or dtype=bf16"
        )
