"""Messages to frames and back, by the types of their fields: the only place that knows both.

A message becomes a JSON object of its kind and all its fields, arrays go behind the JSON. What
is read is held against the declared types: a field that is missing or unknown, or a value of
another type, is an error that names it, and never silently nothing.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, BinaryIO, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from xlbench.examples import Example
from xlbench.tasks.wire import EXAMPLE_CLASSES, from_wire, to_wire
from xlbench.workers import protocol
from xlbench.workers.frames import read_frame, write_frame
from xlbench.workers.protocol import Message

_KINDS: dict[str, type] = {kind.__name__: kind for kind in get_args(protocol.Message)}
_SCALARS = (bool, int, float, str, types.NoneType)

Arrays = list[np.ndarray]
Decoder = Callable[[Any, Arrays, str], Any]


class ProtocolError(Exception):
    """What came through the pipe is no message, or not the one that was expected."""


def send(stream: BinaryIO, message: Message) -> None:
    """Write a message and flush it.

    Raises:
        BrokenPipeError: the other end is closed.
    """
    arrays: Arrays = []
    header = {"kind": type(message).__name__, "value": _encoded(message, arrays)}
    write_frame(stream, header, arrays)


def receive(stream: BinaryIO) -> Message:
    """Return the next message.

    Raises:
        EOFError: the other end is closed.
        ProtocolError: it has a field too few, too many or of another type.
    """
    header, arrays = read_frame(stream)
    kind = _KINDS.get(header["kind"])
    if kind is None:
        raise ProtocolError(f"{header['kind']!r} is no message")
    message: Message = _decoder(kind)(header["value"], arrays, kind.__name__)
    return message


def _encoded(value: Any, arrays: Arrays) -> Any:
    if isinstance(value, EXAMPLE_CLASSES):
        return to_wire(value)
    if is_dataclass(value):
        return {f.name: _encoded(getattr(value, f.name), arrays) for f in fields(value)}
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return len(arrays) - 1
    if hasattr(value, "_asdict"):
        return {name: _encoded(part, arrays) for name, part in value._asdict().items()}
    if isinstance(value, dict):
        return {name: _encoded(part, arrays) for name, part in value.items()}
    if isinstance(value, tuple | list):
        return [_encoded(part, arrays) for part in value]
    return value


@cache
def _decoder(hint: Any) -> Decoder:
    """Return what makes a value of type ``hint`` from JSON; told the value's place, for errors."""
    if hint is Any:
        return lambda value, arrays, place: value
    if hint == Example:
        return _example
    if hint is np.ndarray:
        return _array
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _one_of(arguments)
    if origin is Literal:
        return _literal(arguments)
    if origin is tuple:
        return _tuple(arguments)
    if origin is Sequence:
        return _tuple((*arguments, ...))
    if origin is dict:
        return _mapping(arguments[1])
    if hint in _SCALARS:
        return _scalar(hint)
    if issubclass(hint, Enum):
        return _member(hint)
    if is_dataclass(hint) or hasattr(hint, "_fields"):
        return _record(hint)
    raise TypeError(f"the codec knows no way to read {hint!r}")


def _record(hint: Any) -> Decoder:
    hints = get_type_hints(hint)
    names = [f.name for f in fields(hint)] if is_dataclass(hint) else list(hint._fields)
    decoders = {name: _decoder(hints[name]) for name in names}

    def decode(value: Any, arrays: Arrays, place: str) -> Any:
        if not isinstance(value, dict):
            raise ProtocolError(f"{place}: expected the fields of {hint.__name__}, found {value!r}")
        for name in decoders.keys() - value.keys():
            raise ProtocolError(f"{place}: the field {name!r} is missing")
        for name in value.keys() - decoders.keys():
            raise ProtocolError(f"{place}: the field {name!r} is unknown")
        return hint(
            **{
                name: decoder(value[name], arrays, f"{place}.{name}")
                for name, decoder in decoders.items()
            }
        )

    return decode


def _scalar(hint: Any) -> Decoder:
    # A whole number is a float as well; a bool is an int to Python, but not here.
    accepted = (float, int) if hint is float else (hint,)

    def decode(value: Any, arrays: Arrays, place: str) -> Any:
        if type(value) not in accepted:
            raise ProtocolError(f"{place}: expected {hint.__name__}, found {value!r}")
        return value

    return decode


def _member(hint: type[Enum]) -> Decoder:
    def decode(value: Any, arrays: Arrays, place: str) -> Any:
        try:
            return hint(value)
        except ValueError:
            raise ProtocolError(f"{place}: expected a {hint.__name__}, found {value!r}") from None

    return decode


def _literal(allowed: tuple[Any, ...]) -> Decoder:
    def decode(value: Any, arrays: Arrays, place: str) -> Any:
        if value not in allowed:
            raise ProtocolError(f"{place}: expected one of {allowed}, found {value!r}")
        return value

    return decode


def _one_of(hints: tuple[Any, ...]) -> Decoder:
    decoders = [_decoder(hint) for hint in hints]

    def decode(value: Any, arrays: Arrays, place: str) -> Any:
        wrong: list[str] = []
        for decoder in decoders:
            try:
                return decoder(value, arrays, place)
            except ProtocolError as error:
                wrong.append(str(error))
        raise ProtocolError("; or ".join(wrong))

    return decode


def _tuple(hints: tuple[Any, ...]) -> Decoder:
    endless = hints[-1] is Ellipsis
    parts = [_decoder(hint) for hint in hints if hint is not Ellipsis]

    def decode(value: Any, arrays: Arrays, place: str) -> Any:
        if not isinstance(value, list) or not (endless or len(value) == len(parts)):
            raise ProtocolError(f"{place}: expected a list, found {value!r}")
        decoders = parts * len(value) if endless else parts
        return tuple(
            decoder(part, arrays, f"{place}[{index}]")
            for index, (decoder, part) in enumerate(zip(decoders, value, strict=True))
        )

    return decode


def _mapping(hint: Any) -> Decoder:
    inner = _decoder(hint)

    def decode(value: Any, arrays: Arrays, place: str) -> Any:
        if not isinstance(value, dict):
            raise ProtocolError(f"{place}: expected names with values, found {value!r}")
        return {name: inner(part, arrays, f"{place}.{name}") for name, part in value.items()}

    return decode


def _array(value: Any, arrays: Arrays, place: str) -> np.ndarray:
    if type(value) is not int or not 0 <= value < len(arrays):
        raise ProtocolError(f"{place}: expected an array, found {value!r}")
    return arrays[value]


def _example(value: Any, arrays: Arrays, place: str) -> Example:
    return from_wire(value)
