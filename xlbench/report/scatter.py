"""A scatter plot as inline SVG: languages by what they cost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from xlbench.report.markup import Markup, element, join

WIDTH, HEIGHT = 460, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 14, 14, 44
SERIES = 6
"""Colours that the style sheet has; further series begin again."""


@dataclass(frozen=True, slots=True)
class Point:
    """A language: its label, both values, and the interval of ``y`` where it is known."""

    label: str
    x: float
    y: float
    lo: float | None = None
    hi: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """The points of one arm."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear axis: from values to pixels."""

    low: float
    high: float
    first_px: float
    last_px: float

    def px(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.first_px + share * (self.last_px - self.first_px), 1)


def scatter(title: str, x_name: str, y_name: str, series: Sequence[Series]) -> Markup:
    """Return the plot; every point carries its interval and a tooltip.

    A label is written once, beside the first series that has it.
    """
    points = [point for one in series for point in one.points]
    ys = [v for p in points for v in (p.y, p.lo, p.hi) if v is not None]
    x = Axis(*_range([p.x for p in points]), _LEFT, WIDTH - _RIGHT)
    y = Axis(*_range(ys), HEIGHT - _BOTTOM, _TOP)
    # The first series, whose labels are written, comes to lie on top.
    drawn = [
        _point(point, one.name, number % SERIES, x, y)
        for number, one in reversed(list(enumerate(series)))
        for point in one.points
    ]
    labels = {point.label: point for one in reversed(series) for point in one.points}
    drawn += [_text(p.label, x.px(p.x) + 6, y.px(p.y) - 5, "start") for p in labels.values()]
    return element(
        "svg",
        element("title", title),
        _grid(x, y),
        _names(x_name, y_name),
        *drawn,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=title,
    )


def ticks(low: float, high: float, about: int = 8) -> list[float]:
    """Return round numbers between ``low`` and ``high``: 1, 2 or 5 times a power of ten apart."""
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough)
    first = math.ceil(low / step)
    return [round(n * step, 10) for n in range(first, math.floor(high / step) + 1)]


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    margin = 0.08 * (high - low) or 0.1 * abs(high) or 1.0
    return low - margin, high + margin


def _grid(x: Axis, y: Axis) -> Markup:
    parts = []
    for value in ticks(x.low, x.high):
        at = x.px(value)
        parts.append(element("line", x1=at, x2=at, y1=_TOP, y2=HEIGHT - _BOTTOM, class_="grid"))
        parts.append(_text(f"{value:g}", at, HEIGHT - _BOTTOM + 16, "middle"))
    for value in ticks(y.low, y.high):
        at = y.px(value)
        parts.append(element("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=at, y2=at, class_="grid"))
        parts.append(_text(f"{value:g}", _LEFT - 6, at + 4, "end"))
    return join(parts)


def _names(x_name: str, y_name: str) -> Markup:
    middle = (_TOP + HEIGHT - _BOTTOM) / 2
    return join(
        [
            _text(x_name, (_LEFT + WIDTH - _RIGHT) / 2, HEIGHT - 8, "middle"),
            element("text", y_name, x=-middle, y=14, text_anchor="middle", transform="rotate(-90)"),
        ]
    )


def _point(point: Point, series: str, number: int, x: Axis, y: Axis) -> Markup:
    at_x, at_y = x.px(point.x), y.px(point.y)
    told = f"{series}, {point.label}: {point.x:.3g}, {point.y:.4g}"
    parts = [element("title", told)]
    if point.lo is not None and point.hi is not None:
        parts.append(element("line", x1=at_x, x2=at_x, y1=y.px(point.lo), y2=y.px(point.hi)))
    parts.append(element("circle", cx=at_x, cy=at_y, r=3.5))
    return element("g", *parts, class_=f"series{number}")


def _text(text: str, x: float, y: float, anchor: str) -> Markup:
    return element("text", text, x=x, y=y, text_anchor=anchor)
