"""The outlines of marks: told apart in grey print and by every eye."""

from __future__ import annotations

from math import cos, pi, sin, sqrt

from xlbench.report.draw.scene import Mark

Outline = tuple[tuple[float, float], ...]


def _regular(corners: int, radius: float, turn: float = 0.0) -> Outline:
    angles = [2 * pi * (n / corners) - pi / 2 + turn for n in range(corners)]
    return tuple((radius * cos(a), radius * sin(a)) for a in angles)


_ARM, _REACH = 0.42, 1.1
_CORNER: Outline = ((-_ARM, -_REACH), (_ARM, -_REACH), (_ARM, -_ARM))
_PLUS: Outline = (
    *_CORNER,
    *((-y, x) for x, y in _CORNER),
    *((-x, -y) for x, y in _CORNER),
    *((y, -x) for x, y in _CORNER),
)
_UNIT: tuple[Outline, ...] = (
    _regular(24, 0.95),
    _regular(4, 1.3),
    _regular(3, 1.35),
    _regular(4, sqrt(2) * 0.88, pi / 4),
    _regular(3, 1.35, pi),
    _PLUS,
)
ROUND = 0
"""The shape that is a circle."""


def outline(mark: Mark) -> Outline:
    """Return the corners of a mark in pixels: circle, diamond, triangles, square, plus.

    The shapes have about equal areas, so that no series looks heavier than another.
    """
    return tuple((mark.x + mark.size * x, mark.y + mark.size * y) for x, y in _UNIT[mark.shape])
