"""Option values: from the text that a user writes to a value in its range.

Every parser raises ``ValueError`` with what was expected and what was found; the caller adds
where.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from xlbench.printable import shown

MOST_PROCESSORS = 8192
"""As many as Linux can be built for (``NR_CPUS``)."""

_MOST_CHARACTERS = 4096
_RANGE = re.compile(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_DAYS_30_S = 30 * 24 * 3600.0


def one_of(values: tuple[str, ...]) -> Callable[[str], str]:
    """Return a parser of one of ``values``."""

    def parse(value: str) -> str:
        if value not in values:
            raise ValueError(f"expected one of {', '.join(values)}, found {shown(value)}")
        return value

    return parse


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return a parser of whole numbers from ``least`` to ``most``."""

    def parse(value: str) -> int:
        digits = re.fullmatch(r"0*([0-9]{1,20})", value)
        number = -1 if digits is None else int(digits[1])
        if number < least:
            raise ValueError(f"expected a whole number of at least {least}, found {shown(value)}")
        if number > most:
            raise ValueError(f"expected a whole number of at most {most}, found {shown(value)}")
        return number

    return parse


def device(value: str) -> str:
    """Return ``auto``, ``cpu`` or ``cuda:N``; ``cuda`` stands for ``cuda:0``."""
    if re.fullmatch(r"auto|cpu|cuda(:[0-9]{1,3})?", value) is None:
        raise ValueError(f"expected auto, cpu or cuda:N, found {shown(value)}")
    return "cuda:0" if value == "cuda" else value


def text(value: str) -> str:
    """Return the text itself; it must not be empty."""
    if not value:
        raise ValueError("expected a value, found nothing")
    return value


def cpu_list(value: str) -> tuple[int, ...]:
    """Return processor numbers of a list such as ``0-3+8`` (also ``:`` or ``,`` between)."""
    if len(value) > _MOST_CHARACTERS:
        raise ValueError(f"expected at most {_MOST_CHARACTERS} characters, found {len(value)}")
    cpus: set[int] = set()
    for part in re.split(r"[,+:]", value):
        match = _RANGE.fullmatch(part)
        if match is None:
            raise ValueError(f"expected processors such as 0-3+8, found {shown(value)}")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise ValueError(f"expected the lower processor first, found {shown(part)}")
        if last >= MOST_PROCESSORS:
            raise ValueError(f"expected processors below {MOST_PROCESSORS}, found {shown(part)}")
        cpus.update(range(first, last + 1))
    return tuple(sorted(cpus))


def share(value: str) -> float:
    """Return ``2%`` or ``0.02`` as 0.02."""
    number = _number(value[:-1]) / 100 if value.endswith("%") else _number(value)
    if not 0 < number < 1:
        raise ValueError(f"expected a share such as 2% or 0.02, found {shown(value)}")
    return number


def seconds(value: str) -> float:
    """Return ``90``, ``90s``, ``5m`` or ``1h`` in seconds."""
    unit = _UNITS.get(value[-1:])
    found = _number(value) if unit is None else _number(value[:-1]) * unit
    if math.isnan(found) or found < 0:
        raise ValueError(f"expected a duration such as 60s, 5m or 1h, found {shown(value)}")
    if found > _DAYS_30_S:
        raise ValueError(f"expected at most 30 days (720h), found {shown(value)}")
    return found


def _number(value: str) -> float:
    """Return a finite number, or NaN, which no comparison holds for."""
    if re.fullmatch(r"\s*[0-9.eE+-]{1,40}\s*", value) is None:
        return math.nan
    try:
        number = float(value)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan
