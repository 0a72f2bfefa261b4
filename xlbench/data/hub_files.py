"""Where a task is in the Hub dataset ``google/xtreme``, as data.

Facts from the dataset's card (huggingface.co/datasets/google/xtreme): one config for each task
and language, or one for all languages of a task, whose rows then tell theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlbench.data.parquet import read_rows
from xlbench.data.places import TUNED_ON_ITSELF
from xlbench.languages import LANGUAGES

DEV_SPLIT = "validation"
OTHER_SPLIT = {"test": "validation", "validation": "test"}


@dataclass(frozen=True, slots=True)
class HubFiles:
    """The parquet files of a task.

    Attributes:
        config: the config, which is the name of its folder too, with ``{lg}``, ``{l3}`` and
            ``{name}`` for the language's codes and its English name.
        evaluated: the split that XTREME evaluates, by the Hub's name for it.
        tuning: the split on which a threshold is chosen; ``None``: the task has none, and where
            ``evaluated`` is missing the other split takes its place.
        labels: the column of the labels; empty where it is always the same one.
        language: where languages share a config, the column whose text begins with the
            language's code or English name (``en``, ``english-123``).
        note: what is special about these files, for the manifest.
    """

    config: str
    evaluated: str = "test"
    tuning: str | None = None
    labels: str = ""
    language: str | None = None
    note: str = ""

    @property
    def has_dev(self) -> bool:
        """Whether there is a development split beside the one that XTREME evaluates."""
        return self.evaluated != DEV_SPLIT

    @property
    def dev_note(self) -> str:
        """What is to be said of the development split."""
        return f"{DEV_SPLIT} split" if self.tuning is None else TUNED_ON_ITSELF


def config_name(hub: HubFiles, language: str) -> str:
    """Return the config of a language."""
    known = LANGUAGES[language]
    return hub.config.format(lg=language, l3=known.iso3, name=known.name)


def is_own_row(hub: HubFiles, language: str, row: Mapping[str, Any]) -> bool:
    """Return whether a row of a shared config belongs to the language."""
    return hub.language is None or _key(row, hub.language) in _keys(language)


def languages_in(hub: HubFiles, languages: Sequence[str], files: Sequence[Path]) -> tuple[str, ...]:
    """Return those of the languages that occur in files of a shared config, in their order."""
    assert hub.language is not None
    keys = {_key(row, hub.language) for _, _, row in read_rows(files, (hub.language,))}
    return tuple(language for language in languages if _keys(language) & keys)


def _key(row: Mapping[str, Any], column: str) -> str:
    return str(row[column]).partition("-")[0]


def _keys(language: str) -> set[str]:
    return {language, LANGUAGES[language].name.lower()}
