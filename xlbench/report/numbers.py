"""Numbers as a report writes them; what was not measured is a dash, never 0."""

from __future__ import annotations

import math

DASH = "–"
MIB = 2**20


def digits(value: float | None, count: int) -> str:
    """Return a number with ``count`` decimals and thousands separated."""
    if value is None:
        return DASH
    return f"{value:,.{count}f}" if math.isfinite(value) else "∞"


def figures(value: float | None, count: int = 3) -> str:
    """Return a number with ``count`` significant figures, and no more decimals than that."""
    if value is None:
        return DASH
    if not math.isfinite(value):
        return "∞"
    if value == 0:
        return "0"
    # What rounds up to the next power of ten has a figure more before the point.
    exponent = int(f"{value:.{count - 1}e}".partition("e")[2])
    places = count - 1 - exponent
    return f"{round(value, places):,.{max(0, places)}f}"


def signed(value: float | None, count: int) -> str:
    """Return a difference with its sign."""
    return DASH if value is None else f"{value:+,.{count}f}".replace("-", "−")


def percent(share: float | None, count: int = 0) -> str:
    """Return a share in percent."""
    return DASH if share is None else f"{share:.{count}%}".replace("%", " %")


def mib(size_bytes: float | None) -> str:
    """Return bytes in MiB."""
    return DASH if size_bytes is None else f"{size_bytes / MIB:,.0f}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return how many of something: ``1 cell``, ``2 cells``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def listed(names: list[str]) -> str:
    """Return names as a sentence has them: ``a, b and c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
