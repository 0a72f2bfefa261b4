"""The program that makes other forms of an exported model: of 8 bits, or OpenVINO's own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from xlbench.session.exported.onnx_file import MOST_IN_ONE_FILE, ONNX, onnx_weights
from xlbench.session.exported.program import run_in

OPENVINO = "model.xml"


def main(folder: str, source: str, runtime: str, quant: str, reduce_range: str) -> None:
    """Make a form of the ONNX model in ``source``; what is left out is an empty text.

    Args:
        folder: where; empty.
        source: of an export.
        runtime: ``onnxruntime`` or ``openvino``.
        quant: ``int8`` or nothing.
        reduce_range: anything: integer weights of 7 bits.
    """
    given = Path(source) / ONNX
    run_in(
        Path(folder),
        lambda: (
            to_openvino(given, Path(folder), quant)
            if runtime == "openvino"
            else quantise(given, Path(folder), bool(reduce_range))
        ),
    )


def quantise(given: Path, folder: Path, reduce_range: bool) -> dict[str, Any]:
    """Have ONNX Runtime quantise a model: weights by channel, activations as they come.

    Args:
        given: the model.
        folder: for the new one.
        reduce_range: weights of 7 bits, for processors on which sums of products of 8 bits
            overflow.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    path = folder / ONNX
    quantize_dynamic(
        given,
        path,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=reduce_range,
        use_external_data_format=onnx_weights(given) > 4 * MOST_IN_ONE_FILE,
    )
    return {"weights_bytes": onnx_weights(path)}


def to_openvino(given: Path, folder: Path, quant: str) -> dict[str, Any]:
    """Turn ONNX into OpenVINO's own form, weights compressed to 8 bits if asked for (NNCF)."""
    # Its libraries would otherwise send word of their use over the network.
    os.environ["NNCF_CI"] = "1"
    import openvino

    model = openvino.Core().read_model(given)
    if quant:
        import nncf

        model = nncf.compress_weights(model, mode=nncf.CompressWeightsMode.INT8_ASYM)
    openvino.save_model(model, folder / OPENVINO, compress_to_fp16=False)
    constants = [op for op in model.get_ops() if op.get_type_name() == "Constant"]
    return {"weights_bytes": sum(constant.get_byte_size() for constant in constants)}
