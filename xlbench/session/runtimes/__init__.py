"""How a model is executed: a value for each way, in the file of its name.

A new runtime is a file here that holds a ``RUNTIME``, and its name in
``xlbench.arm_options.RUNTIMES``.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch

from xlbench.session.model import Model
from xlbench.workers.protocol import Load

Forward = Callable[..., Any]
"""Takes a batch's tensors on the device, returns a tuple of tensors, first axis rows."""


@runtime_checkable
class KeepsShapes(Protocol):
    """A ``Forward`` that keeps something on the device for each shape it ran."""

    def drop(self) -> None:
        """Give all of it up: memory ran out."""
        ...

    def begin(self) -> None:
        """``peak_bytes`` is to be that of what runs from now on."""
        ...

    def peak_bytes(self) -> int:
        """Return the most that was in use at once of what the allocator's peak does not count."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """The model that a runtime with files of its own is to make ready.

    Attributes:
        load: which, and how.
        device: where it is to run.
        threads: that it may use.
    """

    load: Load
    device: torch.device
    threads: int


def as_it_is(model: Forward, device: torch.device) -> Forward:
    """Return the model: a ``wrap`` that wraps nothing."""
    return model


@dataclass(frozen=True, slots=True)
class Runtime:
    """A way to execute a model.

    Attributes:
        wrap: returns what runs the model on a device. Raises ``UserError`` where the machine
            lacks what that needs.
        static_shapes: whether each shape is prepared for itself, so that few are better.
        versions: returns the versions of what it is made of, by name, torch's aside.
        prepares_each_shape: whether the first pass of a shape makes something ready for it,
            though any number of shapes will do.
        always_masked: whether the model can't go without a mask.
        prepare: makes ready what the model is loaded from, in place of the checkpoint's files,
            and returns what loads it; ``None``: it runs the model of torch. Raises ``UserError``
            where that can't be made.
    """

    wrap: Callable[[Forward, torch.device], Forward]
    static_shapes: bool
    versions: Callable[[], Mapping[str, str]] = dict
    prepares_each_shape: bool = False
    always_masked: bool = False
    prepare: Callable[[Wanted], Callable[[], Model]] | None = None


def runtime_named(name: str) -> Runtime:
    """Return the runtime in the file of this name, one of ``xlbench.arm_options.RUNTIMES``."""
    found: Runtime = importlib.import_module(f"xlbench.session.runtimes.{name}").RUNTIME
    return found
