"""JSON from and to frozen dataclasses, by their type hints.

A field without a value in the JSON takes its default; without a default the JSON is not what
it should be, and the error names file and key. Keys that no field has, and flags that there are
not, are passed over: they come from a later version.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from xlbench.errors import UserError
from xlbench.flags import Flag
from xlbench.printable import shown

T = TypeVar("T")

FLAT = {"flat": True}
"""Metadata of a field whose own fields stand beside it in the JSON, not below it."""


class _Unfit(Exception):
    """A value is not of its kind: the key, what was expected and what was found."""

    def __init__(self, key: str, expected: str, found: Any) -> None:
        self.key, self.expected, self.found = key, expected, found


def encode(value: Any) -> Any:
    """Return a dataclass, and whatever it holds, as JSON-ready values."""
    if is_dataclass(value) and not isinstance(value, type):
        made: dict[str, Any] = {}
        for field in fields(value):
            inner = encode(getattr(value, field.name))
            made |= inner if field.metadata.get("flat") else {field.name: inner}
        return made
    if isinstance(value, Mapping):
        return {str(key): encode(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [encode(inner) for inner in value]
    return value


def decode(kind: type[T], value: Any, file: str) -> T:
    """Return the value of ``kind`` that ``encode`` made the JSON from.

    Args:
        kind: a dataclass.
        value: as ``json.loads`` returns it.
        file: where it comes from, for the error.

    Raises:
        UserError: a key is missing, or what stands there is of another type.
    """
    try:
        made: T = _decode(kind, value, "")
    except _Unfit as error:
        raise unfit(file, error.key, error.expected, error.found) from None
    return made


def unfit(file: str, key: str, expected: str, found: Any) -> UserError:
    """Return the error for a value that is not what should stand in a file."""
    where = f"key {key!r}: " if key else ""
    told = "nothing" if found is MISSING else _shown(found)
    return UserError(
        f"{file}: {where}expected {expected}, found {told}; the file is damaged or was not "
        "written by this program: measure again, or restore it from a copy"
    )


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "an object"
    return "a list" if isinstance(value, list) else shown(value)


def _decode(kind: Any, value: Any, key: str) -> Any:
    if kind is Any:
        return value
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _optional(inner, value, key)
    if origin is Literal:
        return _expect(value in inner, " or ".join(map(str, inner)), value, key)
    if origin is tuple:
        return _tuple(inner, value, key)
    if origin in (dict, Mapping):
        _expect(isinstance(value, dict), "an object", value, key)
        return {name: _decode(inner[1], each, f"{key}.{name}") for name, each in value.items()}
    if is_dataclass(kind):
        return _dataclass(kind, value, key)
    if issubclass(kind, tuple):
        return kind(*_tuple(tuple(_hints(kind).values()), value, key))
    return _SCALARS[kind](value, key)


def _expect(good: bool, what: str, value: Any, key: str) -> Any:
    if not good:
        raise _Unfit(key, what, value)
    return value


def _optional(kinds: Sequence[Any], value: Any, key: str) -> Any:
    if value is None:
        return None
    (kind,) = (kind for kind in kinds if kind is not type(None))
    return _decode(kind, value, key)


def _tuple(inner: Sequence[Any], value: Any, key: str) -> tuple[Any, ...]:
    _expect(isinstance(value, list), "a list", value, key)
    if len(inner) == 2 and inner[1] is Ellipsis:
        if inner[0] is Flag:
            return _flags(value, key)
        return tuple(_decode(inner[0], each, f"{key}[{i}]") for i, each in enumerate(value))
    _expect(len(value) == len(inner), f"a list of {len(inner)}", value, key)
    pairs = zip(inner, value, strict=True)
    return tuple(_decode(kind, each, f"{key}[{i}]") for i, (kind, each) in enumerate(pairs))


def _flags(value: Sequence[Any], key: str) -> tuple[Flag, ...]:
    known = {flag.value: flag for flag in Flag}
    texts = [_text(each, f"{key}[{i}]") for i, each in enumerate(value)]
    return tuple(known[text] for text in texts if text in known)


def _dataclass(kind: Any, value: Any, key: str) -> Any:
    _expect(isinstance(value, dict), "an object", value, key)
    hints = _hints(kind)
    made = {}
    for field in fields(kind):
        name = f"{key}.{field.name}" if key else field.name
        if field.metadata.get("flat"):
            made[field.name] = _decode(hints[field.name], value, key)
        elif field.name in value:
            made[field.name] = _decode(hints[field.name], value[field.name], name)
        elif _required(field):
            raise _Unfit(name, "a value", MISSING)
    return kind(**made)


def _required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _text(value: Any, key: str) -> str:
    # Half of a surrogate pair is valid JSON and no text: no file and no terminal takes it.
    return str(_expect(isinstance(value, str) and _encodable(value), "text", value, key))


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _whole(value: Any, key: str) -> int:
    good = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    return int(_expect(good, "a whole number", value, key))


def _number(value: Any, key: str) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    good = good and (isinstance(value, float) or abs(value) < 2**63)
    return float(_expect(good and math.isfinite(value), "a number", value, key))


def _truth(value: Any, key: str) -> bool:
    return bool(_expect(isinstance(value, bool), "true or false", value, key))


_SCALARS: Mapping[Any, Callable[[Any, str], Any]] = {
    str: _text,
    int: _whole,
    float: _number,
    bool: _truth,
}
