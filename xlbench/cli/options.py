"""Parsing of option values that several commands share."""

from __future__ import annotations

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
    number, sign = (text[:-1], 100.0) if text.endswith("%") else (text, 1.0)
    try:
        value = float(number) / sign
    except ValueError:
        value = -1.0
    if not 0 < value < 1:
        raise UserError(f"{option}: expected a share such as 2% or 0.02, found {text!r}")
    return value


def seconds(option: str, text: str) -> float:
    """Return ``90``, ``90s``, ``5m`` or ``1h`` in seconds."""
    units = {"s": 1.0, "m": 60.0, "h": 3600.0}
    number, unit = (text[:-1], units[text[-1]]) if text[-1:] in units else (text, 1.0)
    try:
        value = float(number) * unit
    except ValueError:
        value = -1.0
    if value < 0:
        raise UserError(f"{option}: expected a duration such as 60s, 5m or 1h, found {text!r}")
    return value
