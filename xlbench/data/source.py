"""What the rest of the program sees of the data: a source of examples, cell by cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol

from xlbench.data.hub_files import HubFiles
from xlbench.data.malformed import MalformedRows
from xlbench.data.places import CellFiles, Place
from xlbench.errors import UserError
from xlbench.examples import Example
from xlbench.printable import shown

SourceKind = Literal["sample", "folder", "hub-mirror", "hub"]


class Readable(Protocol):
    """What a source must know of a task: where its files are, and how they are read."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def languages(self) -> tuple[str, ...]: ...

    @property
    def places(self) -> tuple[Place, ...]: ...

    @property
    def hub(self) -> HubFiles | None: ...

    def labelled(self, example: Example) -> bool:
        """Return whether the example carries its gold side."""
        ...

    def read(
        self, files: CellFiles, bad: MalformedRows, limit: int | None = None
    ) -> Iterator[Example]:
        """Yield the examples of a cell's files in one of ``places``."""
        ...

    def read_hub(
        self,
        language: str,
        splits: Sequence[tuple[str, Sequence[Path]]],
        bad: MalformedRows,
        limit: int | None = None,
    ) -> Iterator[Example]:
        """Yield the examples of a cell's parquet files.

        Args:
            language: of the cell; a file may hold others, too.
            splits: ``test`` (the split evaluated, whatever its name on the Hub) and perhaps
                ``dev``, with their files in order.
            bad: what to do with malformed rows.
            limit: the most examples; of retrieval tasks, the most pairs of a split.
        """
        ...


class Source(Protocol):
    """Examples of tasks, wherever they come from.

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
            task_name: one of the source's tasks.
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


def task_named(tasks: Mapping[str, Readable], task_name: str) -> Readable:
    """Return the task, or raise ``UserError`` with the names there are."""
    try:
        return tasks[task_name]
    except KeyError:
        known = " ".join(tasks)
        raise UserError(f"no task is called {shown(task_name)}. Choose from: {known}.") from None


def require_language(source: Source, task: Readable, language: str) -> None:
    """Raise ``UserError`` unless the source has data for the task in the language."""
    if language not in source.languages(task.name):
        raise no_language(source, task, language)


def no_language(source: Source, task: Readable, language: str) -> UserError:
    """Return the error that names the languages there are."""
    there = " ".join(source.languages(task.name)) or "nothing for this task"
    return UserError(
        f"{source.root} has no {task.title} data for language {shown(language)}. "
        f"There is: {there}. Choose from these with --langs, or pass --data sample."
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
