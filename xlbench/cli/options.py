"""Parsing of option values that several commands share."""

from __future__ import annotations

from collections.abc import Callable

from xlbench import option_values
from xlbench.errors import UserError


def names(option: str, text: str) -> tuple[str, ...] | None:
    """Return the names of a comma-separated list; ``None`` for ``all``."""
    if text.strip() == "all":
        return None
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    if not parts:
        raise UserError(f"{option}: expected names separated by commas, or all; found nothing")
    return parts


def percent(option: str, text: str) -> float:
    """Return ``2%`` or ``0.02`` as 0.02."""
    return _parsed(option, option_values.share, text)


def seconds(option: str, text: str) -> float:
    """Return ``90``, ``90s``, ``5m`` or ``1h`` in seconds."""
    return _parsed(option, option_values.seconds, text)


def _parsed(option: str, parse: Callable[[str], float], text: str) -> float:
    try:
        return parse(text)
    except ValueError as error:
        raise UserError(f"{option}: {error}") from None
