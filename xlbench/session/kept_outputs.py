"""The outputs of a pass, batch by batch, in memory that is no scarcer than any other."""

from __future__ import annotations

from collections import deque

import torch

from xlbench.measure.loop import AHEAD
from xlbench.session.engine import Engine, Tensors


class KeptOutputs:
    """Takes the outputs of each batch of a loop, and has those of all of them at the end.

    From a device they come by way of page-locked memory, without waiting for it. That is not to be
    held for a whole pass: what has come is moved to ordinary memory a few batches later.

    Args:
        engine: brings outputs to the host.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._coming: deque[tuple[int, Tensors]] = deque()
        self._there: dict[int, Tensors] = {}

    def add(self, unit: int, outputs: Tensors) -> None:
        """Begin to bring the outputs of a batch; called by the loop, once for each in order."""
        if not self._engine.on_cuda:
            self._there[unit] = outputs
            return
        self._coming.append((unit, self._engine.fetch(outputs)))
        # The loop has waited for the batch that came AHEAD before, and so for the copy of the one
        # before that.
        if len(self._coming) > AHEAD + 1:
            self._arrived()

    def all(self) -> dict[int, Tensors]:
        """Wait for what is still coming; return the outputs by batch."""
        self._engine.settle()
        while self._coming:
            self._arrived()
        return self._there

    def _arrived(self) -> None:
        unit, outputs = self._coming.popleft()
        self._there[unit] = tuple(_unpinned(output) for output in outputs)


def _unpinned(output: torch.Tensor) -> torch.Tensor:
    return torch.empty(output.shape, dtype=output.dtype).copy_(output)
