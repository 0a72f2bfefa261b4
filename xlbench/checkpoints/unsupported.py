"""What a checkpoint can't do, as an error that leaves the rest of a run standing."""

from __future__ import annotations

from xlbench.errors import UserError


class Unsupported(UserError):
    """A checkpoint can't do a task; the others of the run go on.

    Args:
        checkpoint: as the user named it.
        task: the task's name.
        reason: a clause that says why.
        random_helps: whether random weights, which fit any head, would do.
    """

    def __init__(self, checkpoint: str, task: str, reason: str, random_helps: bool = True) -> None:
        self.checkpoint, self.task, self.reason = checkpoint, task, reason
        way_out = ", or pass --weights random to measure latency and memory only"
        super().__init__(
            f"checkpoint {checkpoint!r} can't do {task}: {reason}. Leave the task out with "
            f"--tasks{way_out if random_helps else ''}."
        )
