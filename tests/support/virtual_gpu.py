"""A GPU with two clocks, host and stream: what it costs to launch, to run, and to wait is told.

Stands in for the module ``torch.cuda``. Its memory has a limit, blocks that the allocator keeps,
and pools that belong to graphs; a new shape costs once; a capture refuses reads and may fail.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch


class Pool:
    """Blocks that one stream, or the graphs of one pool, use again."""

    def __init__(self) -> None:
        self.held = 0
        self.graphs = 0


@dataclass
class VirtualGpu:
    """Times in nanoseconds, sizes in bytes.

    Attributes:
        launch_ns: host time to hand over a forward pass.
        ns_per_token, bytes_per_token: what a pass takes of the stream and of memory.
        new_shape_ns: host time of a shape that was never seen.
        malloc_ns: host time of getting memory from the driver.
        weights: allocated all the time.
        total: memory of the device.
        capture_error: what a capture that runs out of memory raises; ``None``: as outside of one.
    """

    launch_ns: int = 10_000
    ns_per_token: int = 1_000
    bytes_per_token: int = 1_000
    new_shape_ns: int = 0
    malloc_ns: int = 0
    weights: int = 10_000_000
    total: int = 10**12
    capture_error: Exception | None = None
    host: int = 0
    free: int = 0
    seen: set[Any] = field(default_factory=set)
    passes: list[Any] = field(default_factory=list)
    captured: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.main, self.side = Pool(), Pool()
        self.pools: list[Pool] = []
        self.capturing: Graph | None = None
        self.on_side = False
        self.reset_peak_memory_stats()

    # What a model does on it.

    def forward(self, rows: int, length: int) -> None:
        """Run a pass, or have it captured."""
        tokens = rows * length
        if (rows, length) not in self.seen:
            self.seen.add((rows, length))
            self.host += self.new_shape_ns
        if self.capturing is not None:
            self.captured.append((rows, length))
            self._use(tokens * self.bytes_per_token, self.capturing.pool)
            self.capturing.work_ns += tokens * self.ns_per_token
            return
        self.passes.append((rows, length))
        self._use(tokens * self.bytes_per_token, self.side if self.on_side else self.main)
        self.launch(tokens * self.ns_per_token)

    def launch(self, work_ns: int) -> None:
        """Queue work on the stream."""
        self.host += self.launch_ns
        self.free = max(self.free, self.host) + work_ns

    def read(self) -> None:
        """The host asks for a value: it waits for the device, which a capture does not allow."""
        if self.capturing is not None:
            raise torch.AcceleratorError("CUDA error: operation not permitted when capturing")
        self.synchronize()

    def _use(self, size: int, pool: Pool) -> None:
        if size > pool.held:
            if self.memory_reserved() + size - pool.held > self.total:
                error = self.capture_error if self.capturing is not None else None
                raise error or torch.OutOfMemoryError("CUDA out of memory (as if)")
            pool.held = size
            self.host += self.malloc_ns
        self._peak = max(self._peak, self.weights + size)
        self._peak_reserved = max(self._peak_reserved, self.memory_reserved())

    # What the module torch.cuda has.

    def Event(self, enable_timing: bool) -> Event:
        return Event(self)

    def Stream(self) -> Stream:
        return Stream()

    def CUDAGraph(self) -> Graph:
        return Graph(self)

    def current_stream(self) -> Stream:
        return Stream()

    @contextmanager
    def stream(self, stream: Stream) -> Any:
        self.on_side = True
        yield
        self.on_side = False

    def graph_pool_handle(self) -> Pool:
        self.pools.append(Pool())
        return self.pools[-1]

    @contextmanager
    def graph(self, graph: Graph, pool: Pool | None = None, stream: Any = None) -> Any:
        graph.pool = self.graph_pool_handle() if pool is None else pool
        self.capturing = graph
        try:
            yield
        finally:
            self.capturing = None
        graph.pool.graphs += 1
        graph.whole = True

    def synchronize(self, device: Any = None) -> None:
        self.host = max(self.host, self.free)

    def empty_cache(self) -> None:
        self.main.held = self.side.held = 0
        self.pools = [pool for pool in self.pools if pool.graphs]

    def memory_allocated(self, device: Any = None) -> int:
        return self.weights

    def memory_reserved(self, device: Any = None) -> int:
        pools = (self.main, self.side, *self.pools)
        return self.weights + sum(pool.held for pool in pools)

    def max_memory_allocated(self, device: Any = None) -> int:
        return self._peak

    def max_memory_reserved(self, device: Any = None) -> int:
        return self._peak_reserved

    def reset_peak_memory_stats(self, device: Any = None) -> None:
        self._peak, self._peak_reserved = self.weights, self.memory_reserved()


class Stream:
    def wait_stream(self, other: Stream) -> None:
        pass


class Event:
    """A mark in the stream."""

    def __init__(self, gpu: VirtualGpu) -> None:
        self._gpu = gpu
        self.at = 0

    def record(self) -> None:
        gpu = self._gpu
        self.at = gpu.free = max(gpu.free, gpu.host)

    def synchronize(self) -> None:
        self._gpu.host = max(self._gpu.host, self.at)

    def elapsed_time(self, last: Event) -> float:
        return (last.at - self.at) / 1e6


class Graph:
    """What was captured: its time on the stream, and the pool that it lives in."""

    def __init__(self, gpu: VirtualGpu) -> None:
        self._gpu = gpu
        self.work_ns = 0
        self.pool, self.whole = Pool(), False

    def replay(self) -> None:
        self._gpu.launch(self.work_ns)

    def __del__(self) -> None:
        self.pool.graphs -= self.whole
