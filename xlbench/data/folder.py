"""Source: a folder of XTREME's files, with or without the labels of the test sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from xlbench.data.bucc import BuccFiles, read_bucc
from xlbench.data.describe import UNLABELLED, describe, is_labelled
from xlbench.data.layouts import ALIGNED, Found, find
from xlbench.data.lines import require_file
from xlbench.data.malformed import MalformedRows
from xlbench.data.pairs import read_pairs
from xlbench.data.source import SourceKind, require_examples, require_language, task_named
from xlbench.data.squad import read_squad
from xlbench.data.tagging import read_tagging
from xlbench.data.tatoeba import read_tatoeba
from xlbench.errors import UserError
from xlbench.examples import Example
from xlbench.tasks.catalogue import Task


class FolderSource:
    """Examples out of a folder; see ``xlbench.data.source.Source``.

    Args:
        folder: holds ``xnli/``, ``pawsx/``, ... (see ``layouts``).
        kind: ``folder``, or ``sample`` for the embedded one, which has the same layout.
        skip_malformed: leave malformed rows out and count them in ``skipped``.
    """

    def __init__(
        self, folder: Path, *, kind: SourceKind = "folder", skip_malformed: bool = False
    ) -> None:
        self._folder = folder
        self._kind = kind
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
        task = task_named(task_name)
        return tuple(lg for lg in task.languages if find(self._folder, task_name, lg))

    def files(self, task_name: str, language: str) -> tuple[Path, ...]:
        found = self._found(task_named(task_name), language)
        paths = (*found.files, *found.extras)
        for path in paths:
            require_file(path)
        return paths

    def layout(self, task_name: str) -> str:
        task = task_named(task_name)
        return describe("xtreme", {lg: self._traits(task, lg) for lg in self.languages(task_name)})

    def examples(
        self, task_name: str, language: str, limit: int | None = None
    ) -> Iterator[Example]:
        task = task_named(task_name)
        paths = self.files(task_name, language)
        found = self._found(task, language)
        return require_examples(self._read(task, language, found, limit), paths, limit)

    def _found(self, task: Task, language: str) -> Found:
        require_language(self, task, language)
        found = find(self._folder, task.name, language)
        assert found is not None
        return found

    def _read(
        self, task: Task, language: str, found: Found, limit: int | None
    ) -> Iterator[Example]:
        path = found.files[0]
        match task.name:
            case "xnli" | "pawsx":
                return read_pairs(path, task, self._bad, limit)
            case "udpos" | "panx":
                return read_tagging(path, task, self._bad, limit)
            case "xquad" | "mlqa" | "tydiqa":
                return read_squad(path, self._bad, limit)
            case "tatoeba":
                aligned = found.place.note == ALIGNED
                return read_tatoeba(
                    path, found.files[1], language, self._bad, aligned=aligned, limit=limit
                )
            case "bucc2018":
                splits = _bucc_splits(found, language)
                return chain.from_iterable(
                    read_bucc(files, split, self._bad, limit) for split, files in splits
                )
            case name:
                raise UserError(f"task {name!r} cannot be read from a folder. Use --data hub.")

    def _traits(self, task: Task, language: str) -> frozenset[str]:
        """Return what the layout says of one cell: its place's note, and missing labels."""
        found = self._found(task, language)
        traits = {found.place.note} - {""}
        if not self._labelled(task, language, found):
            traits.add(UNLABELLED)
        return frozenset(traits)

    def _labelled(self, task: Task, language: str, found: Found) -> bool:
        if task.name == "tatoeba":
            return found.place.note == ALIGNED
        if task.name == "bucc2018":
            return any(path.name.endswith(".test.gold") for path in found.extras)
        return is_labelled(lambda: self.examples(task.name, language, limit=1))


def _bucc_splits(found: Found, language: str) -> list[tuple[str, BuccFiles]]:
    """Return ``test`` and, where there is one, ``dev`` with their files.

    Raises:
        UserError: one side of ``dev`` is missing.
    """
    there = {path.name: path for path in found.extras}
    source, target = found.files
    splits = [("test", BuccFiles(source, target, there.get(f"{language}-en.test.gold")))]
    sides = [f"{language}-en.dev.{side}" for side in (language, "en")]
    if any(name in there for name in sides):
        dev_source, dev_target = (source.with_name(name) for name in sides)
        for path in (dev_source, dev_target):
            require_file(path)
        gold = there.get(f"{language}-en.dev.gold")
        splits.append(("dev", BuccFiles(dev_source, dev_target, gold)))
    return splits
