"""Examples as they cross the pipe to a worker: lists of strings, without gold."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

from xlbench.examples import Example
from xlbench.tasks.catalogue import TASKS
from xlbench.tasks.task import Kind

_BY_NAME: dict[str, Kind] = {task.kind.name: task.kind for task in TASKS.values()}
_BY_CLASS: dict[type[Any], Kind] = {kind.example: kind for kind in _BY_NAME.values()}
EXAMPLE_CLASSES = tuple(_BY_CLASS)


def to_wire(example: Example) -> list[Any]:
    """Return the example as a JSON-ready list: its kind, then its fields in order."""
    return [_BY_CLASS[type(example)].name, *astuple(example)]  # type: ignore[call-overload]


def from_wire(row: list[Any]) -> Example:
    """Return the example that ``to_wire`` made ``row`` from."""
    kind, *fields = row
    values = [tuple(f) if isinstance(f, list) else f for f in fields]
    example: Example = _BY_NAME[kind].example(*values)
    return example


def text_length(example: Example) -> int:
    """Return the characters of what a worker is told of the example, its id aside."""
    _, _, *fields = to_wire(without_gold(example))
    return sum(map(_characters, fields))


def _characters(field: Any) -> int:
    if isinstance(field, str):
        return len(field)
    return sum(map(_characters, field)) if isinstance(field, tuple | list) else 0


def without_gold(example: Example) -> Example:
    """Return the example with its gold side removed, as a worker gets it.

    A worker never sees a label, so that no prediction can depend on one.
    """
    stripped: Example = _BY_CLASS[type(example)].without_gold(example)
    return stripped
