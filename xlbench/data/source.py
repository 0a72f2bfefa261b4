"""What the rest of the program sees of the data: a source of examples, cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Protocol

from xlbench.errors import UserError
from xlbench.examples import Example
from xlbench.tasks.catalogue import TASKS, Task

SourceKind = Literal["sample", "folder", "hub-mirror", "hub"]


class Source(Protocol):
    """Examples of XTREME's tasks, wherever they come from.

    Attributes:
        kind: ``sample``, ``folder``, ``hub-mirror`` or ``hub``.
        root: the folder, or ``REPOSITORY@REVISION``, as the manifest records it.
        skipped: malformed rows left out so far, by file; empty unless they may be skipped.
    """

    @property
    def kind(self) -> SourceKind: ...

    @property
    def root(self) -> str: ...

    @property
    def skipped(self) -> Counter[str]: ...

    def languages(self, task_name: str) -> tuple[str, ...]:
        """Return the task's languages for which data is there, sorted."""
        ...

    def layout(self, task_name: str) -> str:
        """Return in a few words what was found for the task, for the manifest."""
        ...

    def examples(
        self, task_name: str, language: str, limit: int | None = None
    ) -> Iterator[Example]:
        """Return a generator over the cell's examples, in file order.

        Args:
            task_name: a task of the catalogue.
            language: a code out of ``languages(task_name)``.
            limit: the most examples (questions, source sentences); ``None`` for all.

        Raises:
            UserError: the language or a file of the cell is missing, or a file is empty.
            MalformedInput: while iterating, at a row that does not follow its format.
        """
        ...

    def files(self, task_name: str, language: str) -> tuple[Path, ...]:
        """Return the files that the cell is read from, in the order they are read."""
        ...


def task_named(task_name: str) -> Task:
    """Return the task of the catalogue, or raise ``UserError`` with the names there are."""
    try:
        return TASKS[task_name]
    except KeyError:
        known = " ".join(TASKS)
        raise UserError(f"no task is called {task_name!r}. Choose from: {known}.") from None


def require_language(source: Source, task: Task, language: str) -> None:
    """Raise ``UserError`` unless the source has data for the task in the language."""
    there = source.languages(task.name)
    if language not in there:
        raise UserError(
            f"{source.root} has no {task.title} data for language {language!r}. "
            f"There is: {' '.join(there) or 'nothing for this task'}. "
            "Choose from these with --langs, or pass --data sample."
        )


def require_examples(
    examples: Iterator[Example], files: tuple[Path, ...], limit: int | None
) -> Iterator[Example]:
    """Yield the examples; raise ``UserError`` at the end if there was none.

    Args:
        examples: the examples of one cell.
        files: where they come from, for the message.
        limit: as passed to the reader; with 0 no example is due.
    """
    found = False
    for example in examples:
        found = True
        yield example
    if not found and limit != 0:
        raise UserError(
            f"{files[0]} holds no usable example. Re-download the file, or leave this "
            "language out with --langs."
        )
