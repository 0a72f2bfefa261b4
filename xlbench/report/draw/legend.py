"""The key of a picture: the sign of each arm and its name, in as many lines as it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlbench.report.draw.scene import WIDTH, Box, Shape, Text, series_mark
from xlbench.report.draw.text_size import shortened, text_width

SIZE = 12.0
_LINE = 18.0
_SIGN, _GAP = 12.0, 16.0


def legend(names: Sequence[str], top: float = 4.0) -> tuple[list[Shape], float]:
    """Return the key's shapes and the pixel below it; nothing for a single name.

    Args:
        names: one for each series, in order.
        top: first pixel of the key.
    """
    if len(names) < 2:
        return [], top
    shapes: list[Shape] = []
    x, y = 6.0, top + 12.0
    for number, name in enumerate(names):
        shown = shortened(name, SIZE, WIDTH - _SIGN - 12)
        wide = _SIGN + text_width(shown, SIZE) + _GAP
        if x > 6.0 and x + wide - _GAP > WIDTH:
            x, y = 6.0, y + _LINE
        shapes += [series_mark(x, y - 4, number), Text(x + _SIGN - 3, y, shown, size=SIZE)]
        x += wide
    return shapes, y + 8.0


@dataclass(frozen=True, slots=True)
class Area:
    """How an area is filled."""

    role: str
    faint: bool = False


def swatches(names: Sequence[tuple[Area, str]], top: float = 4.0) -> tuple[list[Shape], float]:
    """Return the key of filled areas, each with its name; as ``legend``."""
    shapes: list[Shape] = []
    x, y = 6.0, top + 12.0
    for area, name in names:
        wide = _SIGN + text_width(name, SIZE) + _GAP
        if x > 6.0 and x + wide - _GAP > WIDTH:
            x, y = 6.0, y + _LINE
        shapes += [Box(x - 4, y - 9, 9, 9, area.role, area.faint), Text(x + 9, y, name, size=SIZE)]
        x += wide
    return shapes, y + 8.0
