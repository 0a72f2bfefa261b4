"""Where the files of a cell may stand in a folder, as data.

The official places are those that XTREME's ``download_data.sh`` makes; the others are those
of the authors' own releases. The first place of a task that is there wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xlbench.languages import LANGUAGES
from xlbench.tasks.catalogue import TASKS


@dataclass(frozen=True, slots=True)
class Place:
    """One place for the files of a task's cells.

    Attributes:
        note: what is special about it, for the manifest; empty for the official test split.
        files: paths below the root with ``{lg}`` and ``{l3}`` for the language's codes; a
            cell is there if the first one is, and broken if then another is missing.
        extras: paths of files that may be missing.
    """

    note: str
    files: tuple[str, ...]
    extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The files of one cell: the needed ones, and those of the extras that are there."""

    place: Place
    files: tuple[Path, ...]
    extras: tuple[Path, ...]


ALIGNED = "LASER aligned"
DEV = "dev split"
_MLQA = "{split}-context-{{lg}}-question-{{lg}}.json"


def _split_files(folder: str) -> tuple[Place, ...]:
    return (
        Place("", (f"{folder}/test-{{lg}}.tsv",)),
        Place(DEV, (f"{folder}/dev-{{lg}}.tsv",)),
    )


def _mlqa(split: str, note: str) -> tuple[Place, ...]:
    name = _MLQA.format(split=split)
    return tuple(
        Place(note, (f"{folder}/{name}",))
        for folder in (f"mlqa/MLQA_V1/{split}", f"mlqa/{split}", "mlqa")
    )


PLACES: dict[str, tuple[Place, ...]] = {
    "xnli": _split_files("xnli"),
    "pawsx": _split_files("pawsx"),
    "udpos": _split_files("udpos"),
    "panx": _split_files("panx"),
    "xquad": (Place("", ("xquad/xquad.{lg}.json",)),),
    "mlqa": (*_mlqa("test", ""), *_mlqa("dev", DEV)),
    "tydiqa": (
        Place("", ("tydiqa/tydiqa-goldp-v1.1-dev/tydiqa.{lg}.dev.json",)),
        Place("", ("tydiqa/tydiqa.{lg}.dev.json",)),
    ),
    "bucc2018": (
        Place(
            "",
            ("bucc2018/{lg}-en.test.{lg}", "bucc2018/{lg}-en.test.en"),
            (
                "bucc2018/{lg}-en.test.gold",
                "bucc2018/{lg}-en.dev.{lg}",
                "bucc2018/{lg}-en.dev.en",
                "bucc2018/{lg}-en.dev.gold",
            ),
        ),
    ),
    "tatoeba": (
        Place(ALIGNED, ("tatoeba/tatoeba.{l3}-eng.{l3}", "tatoeba/tatoeba.{l3}-eng.eng")),
        Place("", ("tatoeba/{lg}-en.{lg}", "tatoeba/{lg}-en.en")),
    ),
}


def find(root: Path, task_name: str, language: str) -> Found | None:
    """Return the cell's files, or ``None`` where there is nothing for it.

    Needed files after the first may be missing; whoever opens them says so.
    """
    codes = {"lg": language, "l3": LANGUAGES[language].iso3}
    for place in PLACES[task_name]:
        files = tuple(root / template.format(**codes) for template in place.files)
        if files[0].is_file():
            extras = (root / template.format(**codes) for template in place.extras)
            return Found(place, files, tuple(path for path in extras if path.is_file()))
    return None


def has_any(root: Path) -> bool:
    """Return whether the folder holds at least one cell of any task."""
    return any(
        find(root, task.name, language) for task in TASKS.values() for language in task.languages
    )


def looked_for() -> str:
    """Return the official place of each task, for an error message."""
    firsts = (places[0].files[0] for places in PLACES.values())
    return ", ".join(first.format(lg="LG", l3="L3") for first in firsts)
