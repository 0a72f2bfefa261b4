"""The outputs of a pass, batch by batch, in memory that is no scarcer than any other."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import torch

from xlbench.measure.loop import AHEAD
from xlbench.session.engine import Engine, Tensors
from xlbench.session.room import Room, Spot


class KeptOutputs:
    """Takes the outputs of each batch of a loop, and has those of all of them at the end.

    From a device they come by way of page-locked memory, without waiting for it. That is not to be
    held for a whole pass: what has come is moved to ordinary memory a few batches later. There they
    lie in a room of their own. Outputs that stay where the model made them are small pieces among
    the megabytes of its activations, which the allocator can then neither join nor give back: over
    922 batches of 4,096 tokens the heap grew by 360 MiB for 2.4 MB of outputs.

    Args:
        engine: brings outputs to the host.
        room: what is taken is copied there; what it has no room for stays as it is.
    """

    def __init__(self, engine: Engine, room: Room) -> None:
        self._engine, self._room = engine, room
        self._coming: deque[tuple[int, Tensors]] = deque()
        self._there: list[tuple[int, tuple[Spot, ...]]] = []

    def add(self, unit: int, outputs: Tensors) -> None:
        """Begin to bring the outputs of a batch; called by the loop, once for each in order."""
        if not self._engine.on_cuda:
            self._put(unit, outputs)
            return
        self._coming.append((unit, self._engine.fetch(outputs)))
        # The loop has waited for the batch that came AHEAD before, and so for the copy of the one
        # before that.
        if len(self._coming) > AHEAD + 1:
            self._put(*self._coming.popleft())

    def all(self) -> Iterator[tuple[int, Tensors]]:
        """Wait for what is still coming; yield the outputs of each batch, which ``room`` holds."""
        self._engine.settle()
        while self._coming:
            self._put(*self._coming.popleft())
        for unit, spots in self._there:
            yield unit, tuple(map(self._room.at, spots))

    def _put(self, unit: int, outputs: tuple[torch.Tensor, ...]) -> None:
        self._there.append((unit, tuple(map(self._room.put, outputs))))
