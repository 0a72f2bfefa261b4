"""Source: the Hub dataset ``google/xtreme``, downloaded or as a local mirror of its files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from xlbench.data.describe import UNLABELLED, Traits, describe, is_labelled
from xlbench.data.hub_files import (
    DEV_SPLIT,
    OTHER_SPLIT,
    HubFiles,
    config_name,
    languages_in,
)
from xlbench.data.malformed import MalformedRows
from xlbench.data.source import (
    Readable,
    SourceKind,
    require_examples,
    require_language,
    task_named,
)
from xlbench.data.stores import MirrorStore, Store
from xlbench.errors import UserError
from xlbench.examples import Example
from xlbench.settings import Split

PARQUET = "parquet"


class ParquetSource:
    """Examples out of parquet files; see ``xlbench.data.source.Source``.

    Args:
        store: where the files are.
        tasks: what can be asked for, by name; those without ``hub`` have no languages here.
        skip_malformed: leave malformed rows out and count them in ``skipped``.
        split: ``test``, for which the other split stands in where it is missing, or ``dev``: of
            the tasks of which XTREME evaluates the split ``test``, the split ``validation``.
    """

    def __init__(
        self,
        store: Store,
        tasks: Mapping[str, Readable],
        *,
        skip_malformed: bool = False,
        split: Split = "test",
    ) -> None:
        self._store = store
        self._tasks = tasks
        self._bad = MalformedRows(skip=skip_malformed)
        self._split = split
        self._languages: dict[str, tuple[str, ...]] = {}

    @property
    def kind(self) -> SourceKind:
        return self._store.kind

    @property
    def root(self) -> str:
        return self._store.root

    @property
    def skipped(self) -> Counter[str]:
        return self._bad.counts

    def languages(self, task_name: str) -> tuple[str, ...]:
        if task_name not in self._languages:
            self._languages[task_name] = self._find_languages(task_named(self._tasks, task_name))
        return self._languages[task_name]

    def _find_languages(self, task: Readable) -> tuple[str, ...]:
        hub = task.hub
        if hub is None or (self._split == "dev" and not hub.has_dev):
            return ()
        there = [lg for lg in task.languages if self._has(hub, lg)]
        if there and hub.language is not None and self.kind == "hub-mirror":
            return languages_in(hub, task.languages, self._splits(hub, there[0])[0][1])
        return tuple(there)

    def layout(self, task_name: str) -> str:
        task = task_named(self._tasks, task_name)
        return describe({lg: self._traits(task, lg) for lg in self.languages(task_name)})

    def _traits(self, task: Readable, language: str) -> Traits:
        hub = _hub(task)
        special = {hub.note} - {""}
        if self._split == "dev":
            special.add(hub.dev_note)
        if self.kind == "hub":
            return Traits(PARQUET, frozenset(special))  # further would download every language
        if self._split == "test" and not self._store.files(
            config_name(hub, language), hub.evaluated
        ):
            special.add(f"{OTHER_SPLIT[hub.evaluated]} split")
        if not is_labelled(lambda: self.examples(task.name, language, limit=1), task.labelled):
            special.add(UNLABELLED)
        return Traits(PARQUET, frozenset(special))

    def examples(
        self, task_name: str, language: str, limit: int | None = None
    ) -> Iterator[Example]:
        task = task_named(self._tasks, task_name)
        require_language(self, task, language)
        splits = self._splits(_hub(task), language)
        cell = task.read_hub(language, splits, self._bad, limit)
        return require_examples(cell, splits[0][1], limit)

    def files(self, task_name: str, language: str) -> tuple[Path, ...]:
        task = task_named(self._tasks, task_name)
        require_language(self, task, language)
        return tuple(path for _, own in self._splits(_hub(task), language) for path in own)

    def _splits(self, hub: HubFiles, language: str) -> Sequence[tuple[str, tuple[Path, ...]]]:
        config = config_name(hub, language)
        if self._split == "dev":
            name = "test" if hub.tuning is None else "dev"
            return [(name, self._files(config, DEV_SPLIT))]
        test = self._store.files(config, hub.evaluated)
        if not test and hub.tuning is None:
            test = self._store.files(config, OTHER_SPLIT[hub.evaluated])
        test = test or self._files(config, hub.evaluated)
        dev = () if hub.tuning is None else self._store.files(config, hub.tuning)
        return [("test", test), *([("dev", dev)] if dev else [])]

    def _has(self, hub: HubFiles, language: str) -> bool:
        config = config_name(hub, language)
        if not self._store.has(config):
            return False
        # Looking for a split on the Hub would download it.
        whole = self._split == "test" or self.kind == "hub"
        return whole or bool(self._store.files(config, DEV_SPLIT))

    def _files(self, config: str, split: str) -> tuple[Path, ...]:
        files = self._store.files(config, split)
        if not files:
            raise UserError(
                f"{self.root}: expected {config}/{split}-*.parquet, found none. "
                "Re-download the dataset google/xtreme, or leave this language out with --langs."
            )
        return files


def _hub(task: Readable) -> HubFiles:
    assert task.hub is not None
    return task.hub


def is_mirror(folder: Path, tasks: Mapping[str, Readable]) -> bool:
    """Return whether the folder holds at least one config's parquet files."""
    store = MirrorStore(folder)
    return any(
        store.has(config_name(task.hub, language))
        for task in tasks.values()
        if task.hub is not None
        for language in task.languages
    )
