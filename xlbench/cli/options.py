"""Parsing of option values that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from xlbench import option_values
from xlbench.asked import split_names
from xlbench.did_you_mean import did_you_mean
from xlbench.errors import UserError
from xlbench.printable import shown

T = TypeVar("T", bound=str)


def names(option: str, text: str) -> tuple[str, ...] | None:
    """Return the names of a comma-separated list; ``None`` for ``all``.

    Raises:
        UserError: there are none.
    """
    if text.strip().casefold() == "all":
        return None
    parts = split_names(option, text)
    if not parts:
        raise UserError(f"{option}: expected names separated by commas, or all; found nothing")
    return parts


def percent(option: str, text: str) -> float:
    """Return ``2%`` or ``0.02`` as 0.02."""
    return _parsed(option, option_values.share, text)


def points(option: str, text: str) -> float:
    """Return ``5``, ``5%`` or ``5 points`` as 5.0: percentage points.

    A metric is in percent, so that ``5%`` of it can mean nothing else than points.
    """
    number = text.strip().removesuffix("points").removesuffix("%").strip()
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise UserError(
            f"{option}: expected percentage points from 0 to 100, e.g. 0.5, found {shown(text)}"
        )
    return value


def seconds(option: str, text: str) -> float:
    """Return ``90``, ``90s``, ``5m`` or ``1h`` in seconds."""
    return _parsed(option, option_values.seconds, text)


def one_of(option: str, text: str, known: Sequence[T]) -> T:
    """Return the one of ``known`` that ``text`` is."""
    for each in known:
        if text == each:
            return each
    raise UserError(
        f"{option}: expected one of {', '.join(known)}, found {shown(text)}"
        f"{did_you_mean(text, known)}"
    )


def _parsed(option: str, parse: Callable[[str], float], text: str) -> float:
    try:
        return parse(text)
    except ValueError as error:
        raise UserError(f"{option}: {error}") from None
