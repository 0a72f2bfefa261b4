"""Runtime ``cudagraph``: one captured CUDA graph for each shape, replayed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from xlbench.errors import UserError
from xlbench.session.runtimes import Forward, Runtime
from xlbench.workers.serve import uncollected

_PASSES_BEFORE = 3
"""As many as PyTorch's own examples run before a capture."""


def _wrap(model: Forward, device: torch.device) -> Forward:
    if device.type != "cuda":
        raise UserError("runtime=cudagraph needs a CUDA device; on a CPU use eager or compile")
    return CudaGraphs(model, torch.cuda)


@dataclass(frozen=True, slots=True)
class _Captured:
    """A graph with the buffers that it reads and writes.

    Attributes:
        workspace_bytes: what is in use at once while it runs, beyond its buffers.
    """

    graph: Any
    inputs: tuple[Any, ...]
    outputs: Any
    workspace_bytes: int


class CudaGraphs:
    """Captures one CUDA graph per input shape and replays it.

    The first call with a shape runs the model on a side stream, as capture requires, then captures;
    later calls copy the inputs into the captured buffers and replay. Outputs are the captured
    buffers: they must be fetched before the next replay of the same shape, which stream order
    guarantees for copies on the same stream.

    All graphs share one pool of memory, which is right as they run one at a time on one stream and
    each one's outputs stay allocated. Where the largest is captured first, the others find room in
    what it needs.
    Source: PyTorch, CUDA semantics, CUDA Graphs, Graph memory management.

    Args:
        model: called with the captured input buffers.
        cuda: the module ``torch.cuda``, or a stand-in.
    """

    def __init__(self, model: Callable[..., Any], cuda: Any) -> None:
        self._model, self._cuda = model, cuda
        self._captured: dict[tuple[Any, ...], _Captured] = {}
        self._pool: Any = None
        self._side: Any = None
        self._peak_bytes = self._workspace_bytes = 0

    def __call__(self, *inputs: Any) -> Any:
        shape = tuple(tuple(i.shape) for i in inputs)
        captured = self._captured.get(shape)
        if captured is None:
            captured = self._captured[shape] = self._capture(inputs)
        for buffer, value in zip(captured.inputs, inputs, strict=True):
            buffer.copy_(value)
        captured.graph.replay()
        self._workspace_bytes = max(self._workspace_bytes, captured.workspace_bytes)
        return captured.outputs

    def drop(self) -> None:
        """Give up all graphs and their pool, as memory ran out."""
        self._captured.clear()
        self._pool = self._side = None

    def begin(self) -> None:
        """``peak_bytes`` is to be that of what runs from now on."""
        self._peak_bytes = self._workspace_bytes = 0

    def peak_bytes(self) -> int:
        """Return the peak of allocated memory since ``begin``, as replays and captures make it.

        To the allocator a replay needs nothing; it uses again what its capture was given.
        """
        if not self._workspace_bytes:
            return self._peak_bytes
        in_use: int = self._cuda.memory_allocated() + self._workspace_bytes
        return max(self._peak_bytes, in_use)

    def _capture(self, inputs: tuple[Any, ...]) -> _Captured:
        buffers = tuple(i.clone() for i in inputs)
        if self._side is None:
            self._side, self._pool = self._cuda.Stream(), self._cuda.graph_pool_handle()
        side = self._side
        side.wait_stream(self._cuda.current_stream())
        with self._cuda.stream(side):
            for _ in range(_PASSES_BEFORE):
                self._model(*buffers)
        self._cuda.current_stream().wait_stream(side)
        self._peak_bytes = max(self._peak_bytes, self._cuda.max_memory_allocated())
        self._cuda.reset_peak_memory_stats()
        before_bytes = self._cuda.memory_allocated()
        graph = self._cuda.CUDAGraph()
        # A graph that the collector ends meanwhile invalidates the capture.
        with uncollected(), self._cuda.graph(graph, pool=self._pool, stream=side):
            outputs = self._model(*buffers)
        workspace_bytes = self._cuda.max_memory_allocated() - before_bytes
        kept_bytes = self._cuda.memory_allocated() - before_bytes
        # What the passes on the side stream left in the cache is of no use to any other stream.
        self._cuda.empty_cache()
        return _Captured(graph, buffers, outputs, workspace_bytes - kept_bytes)


RUNTIME = Runtime(_wrap, static_shapes=True)
