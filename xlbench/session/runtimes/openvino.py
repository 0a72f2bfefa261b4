"""Runtime ``openvino``: an export in OpenVINO's form, by its plugin for CPUs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from xlbench.errors import UserError
from xlbench.extras import require
from xlbench.session.exported.derived import OPENVINO
from xlbench.session.exported.entry import Entry, entry_for, versions_of
from xlbench.session.exported.model import Infer, exported_model
from xlbench.session.model import Model
from xlbench.session.runtimes import Runtime, Wanted, as_it_is

_PRECISIONS = {"fp32": "f32", "bf16": "bf16", "fp16": "f16"}


def _prepare(wanted: Wanted) -> Callable[[], Model]:
    if wanted.device.type != "cpu":
        raise UserError(
            f"runtime=openvino runs on the CPU, the device is {wanted.device}: give device=cpu"
        )
    needs = ("nncf",) if wanted.load.quant is not None else ()
    require("openvino", "openvino", "onnx", "onnxscript", *needs)
    import openvino

    capabilities = openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    check_precision(wanted.load.dtype, capabilities)
    entry = entry_for(wanted.load)
    return lambda: exported_model(
        wanted.load.checkpoint, entry, inference(entry, wanted.load.dtype, wanted.threads)
    )


def check_precision(dtype: str, capabilities: list[str]) -> None:
    """Raise ``UserError`` where OpenVINO has no kernels of a type for this processor."""
    if dtype.upper() not in capabilities:
        raise UserError(
            f"runtime=openvino has no {dtype} kernels for this processor (it has "
            f"{', '.join(capabilities)}): give dtype=fp32"
        )


def inference(entry: Entry, dtype: str, threads: int) -> Infer:
    """Return what runs an export in a type of activations, in as many threads."""
    import openvino

    core = openvino.Core()
    # Weights in a mapped file would be resident as far as they happen to have been read.
    core.set_property({"ENABLE_MMAP": False})
    model = core.compile_model(
        core.read_model(entry.folder / OPENVINO),
        "CPU",
        {
            "INFERENCE_PRECISION_HINT": _PRECISIONS[dtype],
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY",
            # Which processors are used is the arm's to say, as with torch.
            "ENABLE_CPU_PINNING": False,
        },
    )
    request = model.create_infer_request()
    outputs = range(len(model.outputs))

    def infer(batch: dict[str, np.ndarray]) -> list[np.ndarray]:
        found = request.infer(batch, share_inputs=True, share_outputs=False)
        return [found[output] for output in outputs]

    return infer


def _versions() -> Mapping[str, str]:
    return versions_of("openvino", "nncf", "onnx", "onnxscript")


RUNTIME = Runtime(
    as_it_is,
    static_shapes=False,
    versions=_versions,
    prepares_each_shape=True,
    always_masked=True,
    prepare=_prepare,
)
