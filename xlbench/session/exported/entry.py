"""The export of a checkpoint, from the user's cache or made for it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from xlbench.checkpoints.identity import identity_of
from xlbench.session.exported import derived, onnx_file
from xlbench.session.exported.kept import kept, kept_in
from xlbench.session.exported.program import made_by
from xlbench.workers.codec import send
from xlbench.workers.protocol import Load

_FORM = 1
"""Of what is exported: another one is another cache."""

_EXPORTED_WITH = ("torch", "transformers", "onnx", "onnxscript")
_DERIVED_WITH = ("onnxruntime", "openvino", "nncf")


@dataclass(frozen=True, slots=True)
class Entry:
    """An export that is there.

    Attributes:
        folder: of its files.
        inputs: names, in the order of a batch's tensors.
        weights_bytes: of its constants.
    """

    folder: Path
    inputs: tuple[str, ...]
    weights_bytes: int


def entry_for(load: Load) -> Entry:
    """Return the export that is to be loaded, made if it is not in the user's cache.

    Raises:
        UserError: it can't be made, or not be written.
    """
    root, what = kept_in(os.environ), f"checkpoint {load.checkpoint.entry!r}: its export"
    key = key_of(load, versions_of(*_EXPORTED_WITH))

    def exported(folder: Path) -> Mapping[str, Any]:
        with (folder / onnx_file.REQUEST).open("wb") as stream:
            send(stream, load)
        return made_by(onnx_file.__name__, what, folder)

    source, said = kept(root, key, exported)
    inputs = tuple(said["inputs"])
    if load.runtime == "onnxruntime" and load.quant is None:
        return Entry(source, inputs, said["weights_bytes"])
    reduce_range = "" if load.quant is None or vnni() else "7-bit"
    form = load.runtime, load.quant or "", reduce_range

    def derive(folder: Path) -> Mapping[str, Any]:
        return made_by(derived.__name__, what, folder, str(source), *form)

    key = _digest({"source": key, "form": form, "versions": versions_of(*_DERIVED_WITH)})
    folder, more = kept(root, key, derive)
    return Entry(folder, inputs, more["weights_bytes"])


def key_of(load: Load, versions: Mapping[str, str]) -> str:
    """Return what tells an export from any other: weights, head, attention and versions.

    Activations are of whatever type the runtime is told when it loads, so that is no part of it.
    """
    spec, identity = load.checkpoint, asdict(identity_of(load.checkpoint))
    identity.pop("tokenizer_sha256")
    return _digest(
        {
            "form": _FORM,
            "identity": identity,
            "head": spec.head,
            "classes": len(spec.labels),
            "layer": spec.retrieval_layer,
            "pooling": spec.pooling,
            "attn": load.attn,
            "versions": dict(versions),
        }
    )


def _digest(told: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def versions_of(*packages: str) -> dict[str, str]:
    """Return the versions of those packages that are installed."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def vnni(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Tell whether this processor sums products of 8 bits without overflow.

    Without VNNI x86 adds two of them in 16 bits first (ONNX Runtime, Quantize ONNX Models).
    """
    try:
        flags = cpuinfo.read_text(errors="replace")
    except OSError:
        return False
    return "avx512_vnni" in flags or "avx_vnni" in flags
