"""Entries and suites: what the catalogue says of a checkpoint, and of which a task takes.

The annotations are the one table of keys, types and ranges: ``entry_file`` has pydantic check
what `checkpoints.yaml` says against them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from xlbench.checkpoints.config import parse_config
from xlbench.checkpoints.heads import HEADS
from xlbench.errors import UserError
from xlbench.printable import is_printable
from xlbench.tasks.catalogue import TASKS
from xlbench.usage import Usage

_NOTHING_SAID = Usage()
_MOST_SEED = 2**63 - 1


def _printable(value: str) -> str:
    if not is_printable(value):
        raise ValueError("expected text without control characters")
    return value


def _known_task(value: str) -> str:
    if value not in TASKS:
        raise ValueError(f"unknown task {value!r}; expected some of {', '.join(TASKS)}")
    return value


def _known_head(value: str) -> str:
    if value not in HEADS:
        raise ValueError(f"expected one of {', '.join(HEADS)}, found {value!r}")
    return value


def _architecture(value: dict[str, Any]) -> dict[str, Any]:
    try:
        json.dumps(value)
        parse_config(value, "the architecture")
    except (UserError, TypeError) as error:  # the latter: sets and bytes of YAML
        raise ValueError(str(error)) from None
    return value


def _as_text(value: object) -> object:
    # YAML reads PAWS-X's labels 0 and 1 as numbers, and some commits.
    return str(value) if type(value) is int and abs(value) < 10**40 else value


Text = Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(_printable)]
Word = Annotated[Text, BeforeValidator(_as_text)]
TaskName = Annotated[Text, AfterValidator(_known_task)]
Count = Annotated[int, Field(strict=True, ge=0, le=_MOST_SEED)]
Some = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One checkpoint of the catalogue.

    Attributes:
        name: as users write it.
        source: ``hub``, ``path`` or ``embedded``.
        hub: repository on the Hub, ``owner/name``.
        revision: commit (or branch, then the commit got is recorded).
        path: folder of a local checkpoint, or of one in the package.
        base_model: what was pretrained.
        intermediate: tasks it was trained on before the target task, in order.
        tasks: tasks that its head was fine-tuned for.
        head: one of ``heads.HEADS``.
        labels: the task's label for each index of the model's output, in the model's order;
            ``None``: as its ``config.json`` says (random weights: the task's own order).
        config: the architecture, as in a ``config.json``; may be empty.
        tokenizer: another entry with the same tokenizer, or an absolute folder.
        usage: how it is to be used, as far as the entry says.
        shared_rows: evaluation rows (in English) that it was trained on, by task.
        note: for the reader.
        file: the file that defines the entry.
    """

    name: Text
    source: Literal["hub", "path", "embedded"]
    hub: Text | None = None
    revision: Word | None = None
    path: Text | None = None
    base_model: Text | None = None
    intermediate: tuple[Word, ...] = ()
    tasks: tuple[TaskName, ...] = ()
    head: Annotated[Text, AfterValidator(_known_head)] = "encoder"
    labels: Annotated[tuple[Word, ...], Some] | None = None
    config: Annotated[Mapping[str, Any], AfterValidator(_architecture)] = field(
        default_factory=dict
    )
    tokenizer: Text | None = None
    usage: Usage = _NOTHING_SAID
    shared_rows: Mapping[TaskName, Count] = field(default_factory=dict)
    note: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """A map from task to the name of an entry."""

    name: Text
    checkpoints: Annotated[Mapping[TaskName, Text], Some]
    description: str = ""
