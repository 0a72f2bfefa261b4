"""An interval as a line with ends; an arrow where it reaches beyond the axis."""

from __future__ import annotations

from typing import Protocol

from xlbench.report.draw.scale import Scale
from xlbench.report.draw.scene import Curve, Line, Shape

_END = 2.5


class Bounded(Protocol):
    """What has an interval."""

    @property
    def lo(self) -> float | None: ...

    @property
    def hi(self) -> float | None: ...


def whisker(found: Bounded, x: Scale, y: float, role: str) -> list[Shape]:
    """Return the line from ``lo`` to ``hi`` at ``y``; nothing where there is no interval."""
    if found.lo is None or found.hi is None:
        return []
    left, right = x.px(found.lo), x.px(found.hi)
    shapes: list[Shape] = [Line(left, y, right, y, role, 1.2)]
    for at, value, way in ((left, found.lo, -1), (right, found.hi, 1)):
        if x.holds(value):
            shapes.append(Line(at, y - _END, at, y + _END, role, 1.2))
        else:
            tip = ((at - 4 * way, y - 3), (at, y), (at - 4 * way, y + 3))
            shapes.append(Curve(tip, role, 1.2))
    return shapes


def upright(found: Bounded, x: float, y: Scale, role: str, faint: bool = True) -> list[Shape]:
    """Return the line from ``lo`` to ``hi`` at ``x``; nothing where there is no interval."""
    if found.lo is None or found.hi is None:
        return []
    return [Line(x, y.px(found.lo), x, y.px(found.hi), role, 1.2, faint=faint)]
