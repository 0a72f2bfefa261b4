"""Entries and suites: what they say, and how a value of `checkpoints.yaml` becomes one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from xlbench.checkpoints.heads import HEADS, head_for
from xlbench.errors import UserError
from xlbench.tasks.catalogue import TASKS
from xlbench.usage import POOLINGS, TAGGING_LAYOUTS, Usage

SOURCES = ("hub", "path", "embedded")
_NOTHING_SAID = Usage()
_USAGE = tuple(f.name for f in fields(Usage))


@dataclass(frozen=True, slots=True)
class Entry:
    """One checkpoint of the catalogue.

    Attributes:
        name: as users write it.
        source: ``hub``, ``path`` or ``embedded``.
        hub: repository on the Hub, ``owner/name``.
        revision: commit (or branch, then the commit got is recorded).
        path: folder of a local checkpoint.
        base_model: what was pretrained.
        intermediate: tasks it was trained on before the target task, in order.
        tasks: tasks that its head was fine-tuned for.
        head: one of ``heads.HEADS``.
        labels: the task's label for each index of the model's output, in the model's order;
            ``None``: as its ``config.json`` says (random weights: the task's own order).
        config: the architecture, as in a ``config.json``; may be empty.
        tokenizer: another entry with the same tokenizer, or an absolute folder.
        usage: how it is to be used, as far as the entry says.
        seed: of the weights of an embedded entry.
        shared_rows: evaluation rows (in English) that it was trained on, by task.
        note: for the reader.
        file: the file that defines the entry.
    """

    name: str
    source: str
    hub: str | None = None
    revision: str | None = None
    path: str | None = None
    base_model: str | None = None
    intermediate: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    head: str = "encoder"
    labels: tuple[str, ...] | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    tokenizer: str | None = None
    usage: Usage = _NOTHING_SAID
    seed: int = 0
    shared_rows: Mapping[str, int] = field(default_factory=dict)
    note: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """A map from task to the name of an entry."""

    name: str
    description: str
    checkpoints: Mapping[str, str]


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"expected text, found {value!r}")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"expected a whole number of at least 0, found {value!r}")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"expected a list such as [a, b], found {value!r}")
    # YAML reads PAWS-X's labels 0 and 1 as numbers.
    return tuple(str(v) if isinstance(v, int) else _text(v) for v in value)


def _tasks(value: Any) -> tuple[str, ...]:
    for name in _texts(value):
        if name not in TASKS:
            raise ValueError(f"unknown task {name!r}; expected some of {', '.join(TASKS)}")
    return _texts(value)


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or "model_type" not in value:
        raise ValueError(f"expected an architecture with a model_type, found {value!r}")
    return value


def _counts(value: Any) -> dict[str, int]:
    if not isinstance(value, dict):
        raise ValueError(f"expected TASK: NUMBER, found {value!r}")
    return {_tasks([task])[0]: _whole(count) for task, count in value.items()}


def _one_of(values: tuple[str, ...]) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if value not in values:
            raise ValueError(f"expected one of {', '.join(values)}, found {value!r}")
        return str(value)

    return parse


_PARSERS: dict[str, Callable[[Any], Any]] = {
    "source": _one_of(SOURCES),
    "hub": _text,
    "revision": lambda value: _text(str(value) if isinstance(value, int) else value),
    "path": _text,
    "base_model": _text,
    "intermediate": _texts,
    "tasks": _tasks,
    "head": _one_of(HEADS),
    "labels": _texts,
    "config": _mapping,
    "tokenizer": _text,
    "tagging_layout": _one_of(TAGGING_LAYOUTS),
    "prefix": _text,
    "pooling": _one_of(POOLINGS),
    "retrieval_layer": _whole,
    "seed": _whole,
    "shared_rows": _counts,
    "note": _text,
}
assert {*_PARSERS, "name", "file", "usage"} == {*(f.name for f in fields(Entry)), *_USAGE}


def parse_entry(name: str, value: Any, file: Path) -> Entry:
    """Return the entry that a YAML value describes, its paths made absolute.

    Raises:
        UserError: a key is unknown or missing, or a value is not of its kind.
    """
    where = f"{file}, entry {name!r}"
    if not isinstance(value, dict):
        raise UserError(f"{where}: expected keys such as source and head, found {value!r}")
    parsed: dict[str, Any] = {}
    for key, raw in value.items():
        if key not in _PARSERS:
            raise UserError(f"{where}: unknown key {key!r}; expected {', '.join(_PARSERS)}")
        try:
            parsed[key] = _PARSERS[key](raw)
        except ValueError as error:
            raise UserError(f"{where}: {key}: {error}") from None
    needed = {"hub": ("hub", "revision"), "path": ("path",), "embedded": ("seed",)}
    if "source" not in parsed:
        raise UserError(f"{where}: source is missing; expected one of {', '.join(SOURCES)}")
    for key in needed[parsed["source"]]:
        if key not in parsed:
            raise UserError(f"{where}: {key} is missing; source {parsed['source']} needs it")
    for key in ("path", "tokenizer"):
        beside = file.parent / parsed.get(key, "")
        if key in parsed and (key == "path" or beside.is_dir()):
            parsed[key] = str(beside.resolve())
    usage = Usage(**{key: parsed.pop(key) for key in _USAGE if key in parsed})
    entry = Entry(name=name, file=str(file), usage=usage, **parsed)
    for task in entry.tasks:
        if entry.source != "embedded" and head_for(TASKS[task]) not in (entry.head, "encoder"):
            raise UserError(
                f"{where}: task {task} needs the head {head_for(TASKS[task])}, "
                f"the entry has {entry.head}"
            )
    return entry


_SUITE_KEYS = {"description", "checkpoints"}


def parse_suite(name: str, value: Any, file: Path) -> Suite:
    """Return the suite that a YAML value describes; its entries are not looked up.

    Raises:
        UserError: a key is unknown or missing, or a task is unknown.
    """
    where = f"{file}, suite {name!r}"
    if not isinstance(value, dict) or not {"checkpoints"} <= set(value) <= _SUITE_KEYS:
        raise UserError(
            f"{where}: expected the key checkpoints, and description if you like, found {value!r}"
        )
    checkpoints = value["checkpoints"]
    if not isinstance(checkpoints, dict) or not checkpoints:
        raise UserError(f"{where}: checkpoints: expected TASK: ENTRY, found {checkpoints!r}")
    for task in checkpoints:
        if task not in TASKS:
            raise UserError(f"{where}: unknown task {task!r}; expected {', '.join(TASKS)}")
    return Suite(
        name, str(value.get("description", "")), {t: str(e) for t, e in checkpoints.items()}
    )
