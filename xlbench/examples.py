"""What a line of a data file becomes, as far as rooms need know that know no task."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol


class Example(Protocol):
    """One example of a task; each kind of task has a class of its own (``tasks/KIND/example``)."""

    @property
    def id(self) -> str:
        """What tells it from the others of its cell."""
        ...


@dataclass(frozen=True, slots=True)
class Reread:
    """The examples of a cell, read anew by each iteration: nobody has to hold them.

    Attributes:
        read: begins to read them.
    """

    read: Callable[[], Iterator[Example]]

    def __iter__(self) -> Iterator[Example]:
        return self.read()
