"""The program that exports a checkpoint to ONNX, in fp32, any number of rows of any length."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any

from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.errors import UserError
from xlbench.session.exported.program import run_in
from xlbench.workers.codec import receive
from xlbench.workers.protocol import Load

ONNX = "model.onnx"
REQUEST = "request.bin"

MOST_IN_ONE_FILE = 1_800_000_000
"""Bytes of weights that go into one file; a message of protobuf is at most 2 GiB."""

_ROWS, _LENGTH = 3, 17
"""Shape of the batch that is traced; both are left open in what is exported."""


def main(folder: str) -> None:
    """Export what ``request.bin`` in a folder asks for, a ``Load``, into that folder."""
    run_in(Path(folder), lambda: _made(Path(folder)))


def _made(folder: Path) -> dict[str, Any]:
    import torch

    from xlbench.checkpoints.loading import load

    asked = folder / REQUEST
    with asked.open("rb") as stream:
        request = receive(stream)
    asked.unlink()
    assert isinstance(request, Load)
    loaded = load(request.checkpoint, device=torch.device("cpu"), dtype="fp32", attn=request.attn)
    in_one = loaded.weights_bytes <= MOST_IN_ONE_FILE
    inputs = export(loaded.model, request.checkpoint, folder / ONNX, in_one)
    return {"inputs": inputs, "weights_bytes": onnx_weights(folder / ONNX)}


def export(model: Any, spec: CheckpointSpec, path: Path, in_one_file: bool) -> list[str]:
    """Write a ``UniformCall`` as ONNX; return the names of its inputs.

    Raises:
        UserError: it can't be exported.
    """
    import torch

    names = ["input_ids", "attention_mask", "token_type_ids"][: 3 if model.takes_types else 2]
    ids = torch.ones(_ROWS, _LENGTH, dtype=torch.int64)
    mask = torch.ones_like(ids)
    mask[1, 9:] = 0
    arguments = (ids, mask, torch.zeros_like(ids))[: len(names)]
    dynamic = torch.export.Dim.DYNAMIC
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                model,
                arguments,
                dynamo=True,
                input_names=names,
                dynamic_shapes=tuple({0: dynamic, 1: dynamic} for _ in names),
                verbose=False,
            )
        assert program is not None
        program.save(path, external_data=not in_one_file)
    except torch.onnx.OnnxExporterError as error:
        reason = next((line for line in reversed(str(error).splitlines()) if "Error" in line), "")
        raise UserError(
            f"checkpoint {spec.entry!r}: {type(model.model).__name__} can't be exported to ONNX"
            f"{': ' * bool(reason)}{reason[:300]}. Give runtime=eager or compile."
        ) from error
    return names


def onnx_weights(path: Path) -> int:
    """Return the bytes of a model's initializers."""
    import onnx

    model = onnx.load(path, load_external_data=False)
    return sum(
        math.prod(tensor.dims) * onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
        for tensor in model.graph.initializer
    )
