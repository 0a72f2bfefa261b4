"""From values of `checkpoints.yaml` to entries and suites, or to a sentence that names the key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from xlbench.arm_options import ARM_OPTIONS
from xlbench.checkpoints.entries import Entry, Suite
from xlbench.checkpoints.folders import EMBEDDED, local
from xlbench.checkpoints.heads import head_for
from xlbench.did_you_mean import did_you_mean
from xlbench.errors import UserError
from xlbench.printable import shown
from xlbench.tasks.catalogue import TASKS
from xlbench.usage import Usage

_OURS = ("name", "file", "usage")
_USAGE = tuple(f.name for f in fields(Usage))
_ENTRY_KEYS = (*(f.name for f in fields(Entry) if f.name not in _OURS), *_USAGE)
_SUITE_KEYS = ("checkpoints", "description")
_NEEDED = {"hub": ("hub", "revision"), "path": ("path",), "embedded": ("path",)}
_PYDANTIC = re.compile(r"^[A-Z][a-z]+ should")

V = TypeVar("V", Entry, Suite)
_ADAPTERS: Mapping[type, TypeAdapter[Any]] = {
    Entry: TypeAdapter(Entry),
    Suite: TypeAdapter(Suite),
}


def parse_entry(name: str, value: Any, file: Path) -> Entry:
    """Return the entry that a YAML value describes, its paths made absolute.

    Raises:
        UserError: a key is unknown or missing, or a value is not of its kind.
    """
    where = f"{file}, entry {shown(name)}"
    said = _keys(value, _ENTRY_KEYS, where)
    usage = Usage(**{key: _usage(key, said.pop(key), where) for key in _USAGE if key in said})
    entry = _checked(Entry, {**said, "name": name, "file": str(file), "usage": usage}, where)
    for key in _NEEDED[entry.source]:
        if said.get(key) is None:
            raise UserError(f"{where}: {key} is missing; source {entry.source} needs it")
    for task in entry.tasks:
        if head_for(TASKS[task]) not in (entry.head, "encoder"):
            raise UserError(
                f"{where}: task {task} needs the head {head_for(TASKS[task])}, "
                f"the entry has {entry.head}"
            )
    if entry.source == "embedded":
        whole = entry if entry.tokenizer else replace(entry, tokenizer=str(EMBEDDED))
        return _absolute(whole, EMBEDDED, where)
    return _absolute(entry, file.parent, where)


def parse_suite(name: str, value: Any, file: Path) -> Suite:
    """Return the suite that a YAML value describes; its entries are not looked up.

    Raises:
        UserError: a key is unknown or missing, or a task is unknown.
    """
    where = f"{file}, suite {shown(name)}"
    return _checked(Suite, {**_keys(value, _SUITE_KEYS, where), "name": name}, where)


def _keys(value: Any, known: tuple[str, ...], where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UserError(f"{where}: expected keys such as {known[0]}, found {shown(value)}")
    for key in value:
        if key not in known:
            raise UserError(
                f"{where}: unknown key {shown(key)}{did_you_mean(str(key), known)}; expected "
                f"{', '.join(known)}"
            )
    return dict(value)


def _usage(key: str, value: Any, where: str) -> Any:
    """Return what an entry says about use, in the range of the arm option of the same name."""
    try:
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise ValueError(f"expected text or a number, found {shown(value)}")
        return ARM_OPTIONS[key].parse(str(value))
    except ValueError as error:
        raise UserError(f"{where}: {key}: {error}") from None


def _checked(kind: type[V], said: Mapping[str, Any], where: str) -> V:
    try:
        made: V = _ADAPTERS[kind].validate_python(said)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        if first["type"] == "missing":
            raise UserError(f"{where}: {key} is missing") from None
        reason = _PYDANTIC.sub("expected to", first["msg"].removeprefix("Value error, "), 1)
        found = "" if first["type"] == "value_error" else f", found {shown(first['input'])}"
        raise UserError(f"{where}: {key}: {reason}{found}") from None
    return made


def _absolute(entry: Entry, folder: Path, where: str) -> Entry:
    """Return the entry with paths relative to the folder of its file made absolute."""
    changes: dict[str, Any] = {}
    try:
        if entry.path is not None:
            changes["path"] = str((folder / entry.path).resolve())
        if entry.tokenizer is not None and local(str(folder / entry.tokenizer)) is not None:
            changes["tokenizer"] = str((folder / entry.tokenizer).resolve())
    except (OSError, ValueError, RuntimeError) as error:
        raise UserError(f"{where}: path: {error}") from None
    return replace(entry, **changes)
