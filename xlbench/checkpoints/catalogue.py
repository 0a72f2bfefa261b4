"""The catalogue: what `checkpoints.yaml` and the user's own files say, checked.

Knows files and names only; nothing is downloaded or loaded here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from xlbench.checkpoints.entries import Entry, Suite
from xlbench.checkpoints.entry_file import parse_entry, parse_suite
from xlbench.checkpoints.folders import local
from xlbench.checkpoints.heads import head_for
from xlbench.checkpoints.yaml_files import read_yaml
from xlbench.errors import UserError
from xlbench.printable import shown
from xlbench.tasks.catalogue import TASKS

_PACKAGE = Path(__file__).parent.parent

__all__ = ["Catalogue", "Entry", "Suite", "load_catalogue", "shipped_file"]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All entries and suites, by name."""

    entries: Mapping[str, Entry]
    suites: Mapping[str, Suite]


def load_catalogue(extra: Path | None = None) -> Catalogue:
    """Return the shipped catalogue, with the entries and suites of ``extra`` over it.

    Raises:
        UserError: a file can't be read, or an entry or suite in it is wrong.
    """
    shipped = _shipped()
    own = Catalogue({}, {}) if extra is None else _parsed(extra)
    entries = {**shipped.entries, **own.entries}
    suites = {**shipped.suites, **own.suites}
    for entry in entries.values():
        _check_tokenizer(entry, entries)
    for suite in suites.values():
        _check_suite(suite, entries, extra or shipped_file())
    return Catalogue(entries, suites)


@lru_cache(maxsize=1)
def _shipped() -> Catalogue:
    return _parsed(shipped_file())


def _parsed(file: Path) -> Catalogue:
    """Return what one file says, names that stand in another not looked up."""
    content = _read(file)
    entries = {str(name): value for name, value in _section(content, "entries", file).items()}
    suites = {str(name): value for name, value in _section(content, "suites", file).items()}
    return Catalogue(
        {name: parse_entry(name, value, file) for name, value in entries.items()},
        {name: parse_suite(name, value, file) for name, value in suites.items()},
    )


def shipped_file() -> Path:
    """Return the catalogue inside an installed package, or beside it in a working copy."""
    installed = _PACKAGE / "checkpoints.yaml"
    return installed if installed.exists() else _PACKAGE.parent / "checkpoints.yaml"


def _read(file: Path) -> dict[str, Any]:
    content = read_yaml(file, "catalogue of checkpoints")
    sections = ("entries", "suites", "architectures")
    if not isinstance(content, dict) or not set(content) <= set(sections):
        found = list(content) if isinstance(content, dict) else type(content).__name__
        raise UserError(
            f"{file}: expected the sections {', '.join(sections)} at the top, found {shown(found)}"
        )
    return content


def _section(content: dict[str, Any], name: str, file: Path) -> dict[Any, Any]:
    section = content.get(name) or {}
    if not isinstance(section, dict):
        raise UserError(
            f"{file}: {name}: expected names with their settings below, "
            f"found {type(section).__name__}"
        )
    return section


def _check_suite(suite: Suite, entries: Mapping[str, Entry], file: Path) -> None:
    for task, name in suite.checkpoints.items():
        if name not in entries:
            raise UserError(
                f"{file}, suite {suite.name!r}: {task}: there is no entry {name!r}; "
                f"expected one of {', '.join(entries)}"
            )
        kind_has_head = head_for(TASKS[task]) != "encoder"
        if kind_has_head and task not in entries[name].tasks:
            theirs = ", ".join(entries[name].tasks) or "none"
            raise UserError(
                f"{file}, suite {suite.name!r}: entry {name!r} was not fine-tuned "
                f"for {task} (its tasks: {theirs})"
            )


def _check_tokenizer(entry: Entry, entries: Mapping[str, Entry]) -> None:
    known = entry.tokenizer is None or entry.tokenizer in entries
    if not known and local(str(entry.tokenizer)) is None:
        raise UserError(
            f"{entry.file}, entry {entry.name!r}: tokenizer: expected the name of "
            f"another entry or a folder, found {shown(entry.tokenizer)}"
        )
