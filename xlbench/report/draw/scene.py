"""A picture as a value: shapes in pixels, colours by role, so that any format can be made of it.

Roles are ``ink``, ``soft``, ``grid``, ``ground``, ``accent`` and ``series0`` to ``series5``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Anchor = Literal["start", "middle", "end"]
WIDTH = 400
"""Of every picture: it is read without scaling on a telephone and in a column of a paper."""

SERIES = 6
"""Colours and shapes of their own; further series begin again, filled and hollow exchanged."""


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    role: str = "grid"
    width: float = 1.0
    dashed: bool = False
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle; ``told`` is its tool tip."""

    x: float
    y: float
    width: float
    height: float
    role: str
    faint: bool = False
    told: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """A line through points, or with ``filled`` the area that it encloses."""

    points: tuple[tuple[float, float], ...]
    role: str
    width: float = 1.5
    dashed: bool = False
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign: one of ``SERIES`` shapes in a colour, filled or hollow; ``told`` is its tool tip."""

    x: float
    y: float
    shape: int
    role: str
    hollow: bool = False
    size: float = 4.0
    told: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; ``y`` is its base line."""

    x: float
    y: float
    text: str
    role: str = "ink"
    anchor: Anchor = "start"
    size: float = 11.0
    bold: bool = False
    upright: bool = False


Shape = Line | Box | Curve | Mark | Text


@dataclass(frozen=True, slots=True)
class Picture:
    """Shapes on a canvas of ``WIDTH`` by ``height`` pixels.

    Attributes:
        title: what it shows, in a line.
        description: what a reader who can't see it should know: its main numbers.
        height: in pixels.
        shapes: from back to front.
    """

    title: str
    description: str
    height: float
    shapes: tuple[Shape, ...]
    width: float = WIDTH


def series_mark(x: float, y: float, series: int, size: float = 4.0, told: str = "") -> Mark:
    """Return the sign of a series: its colour, its shape, and whether it is filled.

    Neighbouring series differ in this too, so that one shows through the other.
    """
    hollow = (series + series // SERIES) % 2 == 1
    return Mark(x, y, series % SERIES, f"series{series % SERIES}", hollow, size, told)


def picture(title: str, description: str, height: float, shapes: Sequence[Shape]) -> Picture:
    """Return the picture of these shapes."""
    return Picture(title, description, height, tuple(shapes))
