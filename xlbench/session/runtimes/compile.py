"""Runtime ``compile``: the model through ``torch.compile``, a graph for each shape."""

from __future__ import annotations

import shutil

import torch

from xlbench.errors import UserError
from xlbench.session.runtimes import Forward, Runtime

_MOST_SHAPES = 1024


def _wrap(model: Forward, device: torch.device) -> Forward:
    if device.type == "cpu" and not any(map(shutil.which, ("c++", "g++", "clang++"))):
        raise UserError(
            "runtime=compile on a CPU needs a C++ compiler; none of c++, g++, "
            "clang++ is on the PATH: install one, or use runtime=eager"
        )
    import torch._dynamo

    # Every bucket is a static shape of its own; the default limit is 8 of them.
    torch._dynamo.config.recompile_limit = _MOST_SHAPES
    torch._dynamo.config.accumulated_recompile_limit = 4 * _MOST_SHAPES
    compiled: Forward = torch.compile(model, dynamic=False)
    return compiled


RUNTIME = Runtime(_wrap, static_shapes=True)
