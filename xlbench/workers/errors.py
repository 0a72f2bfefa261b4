"""How asking a worker can go wrong, besides the user's own mistakes."""

from __future__ import annotations

from xlbench.errors import UserError


class WorkerDied(Exception):
    """The worker process ended; the message says how, with the tail of its stderr.

    Attributes:
        by_signal: whether a signal ended it, which says little of the program.
    """

    def __init__(self, message: str, by_signal: bool = False) -> None:
        super().__init__(message)
        self.by_signal = by_signal


class WorkerTimeout(Exception):
    """The worker did not answer within the time allowed and was killed."""


class WorkerFailure(Exception):
    """A request failed inside the worker, which lives on unless its device's context is lost.

    Attributes:
        traceback: the worker's traceback.
    """

    def __init__(self, message: str, traceback: str = "") -> None:
        super().__init__(message)
        self.traceback = traceback


CELL_FAILED = (WorkerDied, WorkerTimeout, WorkerFailure, UserError)
"""What makes a cell fail, while the rest of a run goes on."""
