"""Runtime ``onnxruntime``: an export to ONNX, by ONNX Runtime's provider for CPUs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xlbench.errors import UserError
from xlbench.extras import require
from xlbench.session.exported.entry import Entry, entry_for, versions_of
from xlbench.session.exported.model import Infer, exported_model
from xlbench.session.exported.onnx_file import ONNX
from xlbench.session.model import Model
from xlbench.session.runtimes import Runtime, Wanted, as_it_is


def _prepare(wanted: Wanted) -> Callable[[], Model]:
    if wanted.device.type != "cpu":
        raise UserError(
            f"runtime=onnxruntime runs on the CPU, the device is {wanted.device}: give device=cpu"
        )
    require("onnxruntime", "onnxruntime", "onnx", "onnxscript")
    import onnxruntime  # noqa: F401

    entry = entry_for(wanted.load)
    return lambda: exported_model(wanted.load.checkpoint, entry, inference(entry, wanted.threads))


def inference(entry: Entry, threads: int) -> Infer:
    """Return what runs an export, in as many threads."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Between two batches another arm may have its turn on the same processors.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    # Its arena stays, though it holds what the largest batch so far needed: that is how it is
    # deployed, and without it a large batch takes more at its peak.
    session = onnxruntime.InferenceSession(
        entry.folder / ONNX, options, providers=["CPUExecutionProvider"]
    )
    return lambda batch: session.run(None, batch)


def _versions() -> Mapping[str, str]:
    return versions_of("onnxruntime", "onnx", "onnxscript")


RUNTIME = Runtime(
    as_it_is, static_shapes=False, versions=_versions, always_masked=True, prepare=_prepare
)
