"""What the first batch of a cell took in this process, for each scenario on its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class ColdStart:
    """The first batch of one cell under one scenario.

    It is the first whatever ran before: where another cell has warmed the shape already, the
    first batch is as fast as that lets it be.

    Attributes:
        first_batch_ns: its latency; ``None`` before it ran.
        first_of_process: whether nothing had run before it in this process.
    """

    first_batch_ns: int | None = None
    first_of_process: bool = False

    def note(self, latency_ns: int, first_of_process: bool) -> None:
        """Take the latency of a batch; all but the first are ignored."""
        if self.first_batch_ns is None:
            self.first_batch_ns, self.first_of_process = latency_ns, first_of_process
