"""Runtime ``compile``: the model through ``torch.compile``, a graph for each shape."""

from __future__ import annotations

import os
import shutil
import sysconfig
from importlib.util import find_spec
from pathlib import Path

import torch

from xlbench.errors import UserError
from xlbench.session.runtimes import Forward, Runtime

_MOST_SHAPES = 1024
_COMPILERS = {"cpu": ("CXX", ("c++", "g++", "clang++")), "cuda": ("CC", ("cc", "gcc", "clang"))}
"""What kernels for the CPU are compiled with, and what Triton compiles its launchers with; the
variable that names another one."""


def _wrap(model: Forward, device: torch.device) -> Forward:
    _check(device.type)
    import torch._dynamo

    # Every bucket is a static shape of its own; the default limit is 8 of them.
    torch._dynamo.config.recompile_limit = _MOST_SHAPES
    torch._dynamo.config.accumulated_recompile_limit = 4 * _MOST_SHAPES
    compiled: Forward = torch.compile(model, dynamic=False)
    return compiled


def _check(device: str) -> None:
    """Raise ``UserError`` where a first batch would fail for want of what compiles it."""
    if device == "cuda" and find_spec("triton") is None:
        raise UserError(
            "runtime=compile on CUDA needs Triton, which is not installed: pip install triton, or "
            "use runtime=eager or runtime=cudagraph"
        )
    variable, names = _COMPILERS[device]
    named = os.environ.get(variable, "").split()
    if not any(map(shutil.which, (*named[:1], *names))):
        kind = "C++" if device == "cpu" else "C"
        raise UserError(
            f"runtime=compile needs a {kind} compiler; none of {', '.join(names)} is on the PATH: "
            f"install one or name it in {variable}, or use runtime=eager"
        )
    if device == "cuda" and not (Path(sysconfig.get_path("include")) / "Python.h").exists():
        raise UserError(
            "runtime=compile on CUDA needs the headers of Python, with which Triton compiles: "
            "install python3-dev, or use runtime=eager or runtime=cudagraph"
        )


RUNTIME = Runtime(_wrap, static_shapes=True)
