"""Where the files of a cell may stand in a folder, as data."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xlbench.languages import LANGUAGES
from xlbench.settings import SPLITS, Split

DEV = "dev split"
TUNED_ON_ITSELF = "dev split and threshold chosen on it"
XTREME_LAYOUT = "xtreme"


@dataclass(frozen=True, slots=True)
class Place:
    """One place for the files of a task's cells.

    Attributes:
        files: paths below the root with ``{lg}`` and ``{l3}`` for the language's codes; a
            cell is there if the first one is, and broken if then another is missing.
        extras: paths of files that may be missing.
        note: what is special about it, for the manifest; empty for the official test split.
        layout: whose layout it is, in a word or two.
        split: which split it is. What XTREME evaluates counts as ``test``, whatever its files are
            called (TyDiQA-GoldP's development set).
        gold: the extra that alone carries the labels; ``None``: the files themselves may.
    """

    files: tuple[str, ...]
    extras: tuple[str, ...] = ()
    note: str = ""
    layout: str = XTREME_LAYOUT
    gold: str | None = None
    split: Split = "test"


@dataclass(frozen=True, slots=True)
class CellFiles:
    """The files of one cell: the needed ones, and those of the extras that are there."""

    place: Place
    language: str
    files: tuple[Path, ...]
    extras: tuple[Path, ...] = ()


def find_files(
    root: Path, places: Iterable[Place], language: str, split: Split = "test"
) -> CellFiles | None:
    """Return a cell's files at the first place that is there; ``None`` where there is none.

    Where there is no test split, the development split stands in for it (its ``note`` says so);
    never the other way round.

    Needed files after the first may be missing; whoever opens them says so.
    """
    for place in places:
        if split == "dev" and place.split != "dev":
            continue
        # Thousands of places are asked for one that is there: a path is made of that one alone.
        if os.path.isfile(f"{root}/{fill(place.files[0], language)}"):  # noqa: PTH113
            files = tuple(root / fill(path, language) for path in place.files)
            extras = (root / fill(path, language) for path in place.extras)
            there = tuple(path for path in extras if path.is_file())
            return CellFiles(place, language, files, there)
    return None


def find_languages(
    root: Path, places: Iterable[Place], languages: Iterable[str], split: Split = "test"
) -> Iterator[str]:
    """Yield the languages that have a cell; where no place's folder is there, none is asked for."""
    there = [p for p in places if os.path.isdir(f"{root}/{_folder(p)}")]  # noqa: PTH112
    return (language for language in languages if find_files(root, there, language, split))


def _folder(place: Place) -> str:
    """The part of a place's path that no language is in."""
    return place.files[0].partition("{")[0].rpartition("/")[0]


def fill(template: str, language: str) -> str:
    """Return a path with the language's codes in place."""
    return template.format(lg=language, l3=LANGUAGES[language].iso3)


def tsv_splits(folder: str) -> tuple[Place, ...]:
    """Return the places of ``SPLIT-LG.tsv`` below a folder, test before dev."""
    test, dev = (f"{folder}/{split}-{{lg}}.tsv" for split in SPLITS)
    return Place((test,)), Place((dev,), note=DEV, split="dev")
