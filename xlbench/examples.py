"""What a line of a data file becomes, as far as rooms need know that know no task."""

from __future__ import annotations

from typing import Protocol


class Example(Protocol):
    """One example of a task; each kind of task has a class of its own (``tasks/KIND/example``)."""

    @property
    def id(self) -> str:
        """What tells it from the others of its cell."""
        ...
