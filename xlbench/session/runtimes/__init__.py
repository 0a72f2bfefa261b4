"""How a model is executed: a value for each way, in the file of its name.

A new runtime is a file here that holds a ``RUNTIME``, and its name in ``xlbench.arms.RUNTIMES``.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

Forward = Callable[..., Any]
"""Takes a batch's tensors on the device, returns a tuple of tensors, first axis rows."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """A way to execute a model.

    Attributes:
        wrap: returns what runs the model on a device. Raises ``UserError`` where the machine
            lacks what that needs.
        static_shapes: whether each shape is prepared for itself, so that few are better.
        versions: returns the versions of what it is made of, by name, torch's aside.
    """

    wrap: Callable[[Forward, torch.device], Forward]
    static_shapes: bool
    versions: Callable[[], Mapping[str, str]] = dict


def runtime_named(name: str) -> Runtime:
    """Return the runtime in the file of this name, one of ``xlbench.arms.RUNTIMES``."""
    found: Runtime = importlib.import_module(f"xlbench.session.runtimes.{name}").RUNTIME
    return found
