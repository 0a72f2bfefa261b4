"""Source: a folder of XTREME's files, with or without the labels of the test sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from xlbench.data.describe import UNLABELLED, Traits, describe, is_labelled
from xlbench.data.lines import require_file
from xlbench.data.malformed import MalformedRows
from xlbench.data.places import CellFiles, fill, find_files, find_languages
from xlbench.data.source import (
    Readable,
    SourceKind,
    no_language,
    require_examples,
    task_named,
)
from xlbench.examples import Example
from xlbench.settings import Split


class FolderSource:
    """Examples out of a folder; see ``xlbench.data.source.Source``.

    Args:
        folder: holds the files at the tasks' places.
        tasks: what can be asked for, by name.
        kind: ``folder``, or ``sample`` for the embedded one, which has the same layout.
        skip_malformed: leave malformed rows out and count them in ``skipped``.
        split: which split to read (see ``places.find_files``).
    """

    def __init__(
        self,
        folder: Path,
        tasks: Mapping[str, Readable],
        *,
        kind: SourceKind = "folder",
        skip_malformed: bool = False,
        split: Split = "test",
    ) -> None:
        self._folder = folder
        self._tasks = tasks
        self._kind = kind
        self._split = split
        self._bad = MalformedRows(skip=skip_malformed)

    @property
    def kind(self) -> SourceKind:
        return self._kind

    @property
    def root(self) -> str:
        return str(self._folder)

    @property
    def skipped(self) -> Counter[str]:
        return self._bad.counts

    def languages(self, task_name: str) -> tuple[str, ...]:
        task = task_named(self._tasks, task_name)
        return tuple(find_languages(self._folder, task.places, task.languages, self._split))

    def files(self, task_name: str, language: str) -> tuple[Path, ...]:
        cell = self._cell(task_named(self._tasks, task_name), language)
        paths = (*cell.files, *cell.extras)
        for path in paths:
            require_file(path)
        return paths

    def layout(self, task_name: str) -> str:
        task = task_named(self._tasks, task_name)
        return describe({lg: self._traits(task, lg) for lg in self.languages(task_name)})

    def examples(
        self, task_name: str, language: str, limit: int | None = None
    ) -> Iterator[Example]:
        task = task_named(self._tasks, task_name)
        paths = self.files(task_name, language)
        cell = self._cell(task, language)
        return require_examples(task.read(cell, self._bad, limit), paths, limit)

    def _cell(self, task: Readable, language: str) -> CellFiles:
        cell = None
        if language in task.languages:
            cell = find_files(self._folder, task.places, language, self._split)
        if cell is None:
            raise no_language(self, task, language)
        return cell

    def _traits(self, task: Readable, language: str) -> Traits:
        cell = self._cell(task, language)
        special = {cell.place.note} - {""}
        if not self._labelled(task, cell):
            special.add(UNLABELLED)
        return Traits(cell.place.layout, frozenset(special))

    def _labelled(self, task: Readable, cell: CellFiles) -> bool:
        if cell.place.gold is not None:
            return self._folder / fill(cell.place.gold, cell.language) in cell.extras
        return is_labelled(lambda: self.examples(task.name, cell.language, limit=1), task.labelled)


def has_any(folder: Path, tasks: Mapping[str, Readable]) -> bool:
    """Return whether the folder holds at least one cell of any task."""
    return any(any(find_languages(folder, task.places, task.languages)) for task in tasks.values())


def looked_for(tasks: Mapping[str, Readable]) -> str:
    """Return the official place of each task, for an error message."""
    firsts = (task.places[0].files[0] for task in tasks.values() if task.places)
    return ", ".join(first.format(lg="LG", l3="L3") for first in firsts)
