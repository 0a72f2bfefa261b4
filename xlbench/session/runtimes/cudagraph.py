"""Runtime ``cudagraph``: one captured CUDA graph for each shape, replayed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from xlbench.errors import UserError
from xlbench.session.runtimes import Forward, Runtime


def _wrap(model: Forward, device: torch.device) -> Forward:
    if device.type != "cuda":
        raise UserError("runtime=cudagraph needs a CUDA device; on a CPU use eager or compile")
    return CudaGraphs(model, torch.cuda)


class CudaGraphs:
    """Captures one CUDA graph per input shape and replays it.

    The first call with a shape runs the model three times on a side stream, as capture
    requires, then captures; later calls copy the inputs into the captured buffers and
    replay. Outputs are the captured buffers: they must be fetched before the next replay
    of the same shape, which stream order guarantees for copies on the same stream.
    Source: PyTorch, CUDA semantics, CUDA Graphs.

    Args:
        model: called with the captured input buffers.
        cuda: the module ``torch.cuda``, or a stand-in.
    """

    def __init__(self, model: Callable[..., Any], cuda: Any) -> None:
        self._model, self._cuda = model, cuda
        self._captured: dict[tuple[Any, ...], tuple[Any, tuple[Any, ...], Any]] = {}

    def __call__(self, *inputs: Any) -> Any:
        shape = tuple(tuple(i.shape) for i in inputs)
        if shape not in self._captured:
            self._captured[shape] = self._capture(inputs)
        graph, buffers, outputs = self._captured[shape]
        for buffer, value in zip(buffers, inputs, strict=True):
            buffer.copy_(value)
        graph.replay()
        return outputs

    def _capture(self, inputs: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...], Any]:
        buffers = tuple(i.clone() for i in inputs)
        side = self._cuda.Stream()
        side.wait_stream(self._cuda.current_stream())
        with self._cuda.stream(side):
            for _ in range(3):
                self._model(*buffers)
        self._cuda.current_stream().wait_stream(side)
        graph = self._cuda.CUDAGraph()
        with self._cuda.graph(graph):
            outputs = self._model(*buffers)
        return graph, buffers, outputs


RUNTIME = Runtime(_wrap, static_shapes=True)
