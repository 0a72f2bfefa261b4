"""A loaded model on its device, as the timed loop needs it: host side, copy, forward, keep.

Knows torch and devices; knows nothing of tasks, scenarios or files.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from xlbench.encode.collate import Arrays
from xlbench.encode.joined import Joined
from xlbench.measure.clock import Clock, CudaClock, HostClock
from xlbench.session.runtimes import KeepsShapes, Runtime

Tensors = tuple[torch.Tensor, ...]
Inputs = tuple[Any, ...]
"""Ids, mask (``None``: no token is padding) and, where the model has segments, type ids; packed:
the arguments of ``PackedCall.forward``."""


class Engine:
    """Runs a model that takes ``(input_ids, attention_mask[, token_type_ids])``.

    A batch without padding goes without a mask, for which there are faster kernels; not where
    each shape is prepared for itself, or there would be two of each.

    Args:
        model: returns a tuple of tensors whose first dimension is the rows.
        device: where it lives.
        runtime: how it is executed.
        pad_id: id with which short rows are filled.
        cuda: the module ``torch.cuda``, or a stand-in; ``None``: the device is none of it.

    Attributes:
        static_shapes: whether few shapes are better, so that rows are padded up to them.
        prepares_each_shape: whether the first pass of a shape makes something ready for it.
    """

    def __init__(
        self,
        model: Callable[..., Any],
        device: torch.device,
        runtime: Runtime,
        pad_id: int,
        cuda: Any = None,
    ) -> None:
        self.device, self.pad_id = device, pad_id
        self.on_cuda, self._cuda = cuda is not None, cuda
        self.static_shapes = runtime.static_shapes
        # On sm_90 SDPA prefers cuDNN from torch 2.11 on, which builds a plan for each new shape.
        prepares = runtime.static_shapes or runtime.prepares_each_shape
        self.prepares_each_shape = prepares or self.on_cuda
        self._always_masked = runtime.static_shapes or runtime.always_masked
        self.clock: Clock = CudaClock(cuda) if self.on_cuda else HostClock()
        self.copy: Callable[[Inputs], Inputs] | None = self._copy if self.on_cuda else None
        self._model = runtime.wrap(model, device)
        self._kept = self._model if isinstance(self._model, KeepsShapes) else None

    def masked(self, dense: bool) -> bool:
        """Tell whether a batch, ``dense`` if it has no padding, goes with a mask."""
        return self._always_masked or not dense

    def host(self, arrays: Arrays | Joined) -> Inputs:
        """Return the batch as host tensors: page-locked where they will be copied."""
        if isinstance(arrays, Joined):
            types = None if arrays.type_ids is None else self._host(arrays.type_ids)
            tensors = map(self._host, (arrays.ids, arrays.positions, arrays.starts))
            return (*tensors, arrays.runs, types)
        masked = self.masked(dense=bool(arrays.mask.all()))
        ids, mask = self._host(arrays.ids), self._host(arrays.mask) if masked else None
        if arrays.type_ids is None:
            return ids, mask
        return ids, mask, self._host(arrays.type_ids)

    def _host(self, part: np.ndarray) -> torch.Tensor:
        tensor = torch.from_numpy(part)
        return tensor.pin_memory() if self.on_cuda else tensor

    def forward(self, inputs: Inputs) -> Tensors:
        """Run the model; on CUDA this returns before the device is done."""
        outputs: Tensors = self._model(*inputs)
        return outputs

    def fetch(self, outputs: Tensors) -> Tensors:
        """Begin to bring outputs to the host without waiting for the device."""
        # Off the device, and not to be waited for, a copy goes into page-locked memory.
        return tuple(o.to("cpu", non_blocking=True, copy=True) for o in outputs)

    def settle(self) -> None:
        """Wait until the device is done with everything."""
        if self._cuda is not None:
            self._cuda.synchronize(self.device)

    def begin(self) -> None:
        """A visit begins: ``unseen_peak_bytes`` is to be that of what runs from now on."""
        if self._kept is not None:
            self._kept.begin()

    def unseen_peak_bytes(self) -> int:
        """Return the peak of allocated memory as far as the allocator's own does not show it."""
        return 0 if self._kept is None else self._kept.peak_bytes()

    def free(self) -> bool:
        """Hand back what device memory is held beyond the weights, after memory ran out.

        Returns:
            Whether shapes have to be prepared anew.
        """
        if self._kept is not None:
            self._kept.drop()
        if self._cuda is not None:
            self._cuda.empty_cache()
        return self._kept is not None

    def _copy(self, inputs: Inputs) -> Inputs:
        return tuple(
            part.to(self.device, non_blocking=True) if isinstance(part, torch.Tensor) else part
            for part in inputs
        )


def as_numpy(outputs: Tensors) -> tuple[np.ndarray, ...]:
    """Return settled host tensors as float32 arrays."""
    return tuple(o.float().numpy() for o in outputs)
