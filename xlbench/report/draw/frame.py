"""The frame of a picture with two axes: grid, ticks, names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from xlbench.report.draw.scale import Scale
from xlbench.report.draw.scene import WIDTH, Line, Shape, Text
from xlbench.report.draw.text_size import shortened

LEFT, RIGHT, BOTTOM = 50.0, 12.0, 38.0
SMALL = 11.0


def plain(value: float) -> str:
    """Return a tick's value as it is read."""
    return f"{value:,g}" if abs(value) < 1e6 else f"{value:.3g}"


def frame(
    x: Scale,
    y: Scale,
    x_name: str,
    y_name: str,
    x_text: Callable[[float], str] = plain,
    y_text: Callable[[float], str] = plain,
) -> list[Shape]:
    """Return grid, ticks and the names of both axes; ``y.first_px`` is the bottom."""
    shapes: list[Shape] = []
    for value in y.ticks(5):
        at = y.px(value)
        shapes.append(Line(x.first_px, at, x.last_px, at))
        shapes.append(Text(x.first_px - 5, at + 3.5, y_text(value), "soft", "end", SMALL))
    shapes += x_axis(x, y.last_px, y.first_px, x_name, x_text)
    middle = (y.first_px + y.last_px) / 2
    name = shortened(y_name, SMALL, y.first_px - y.last_px + 40)
    shapes.append(Text(11, middle, name, "soft", "middle", SMALL, upright=True))
    return shapes


def x_axis(
    x: Scale, top: float, bottom: float, name: str, text: Callable[[float], str] = plain
) -> list[Shape]:
    """Return the vertical grid lines with their values below, and the axis's name."""
    shapes: list[Shape] = []
    for value in _apart(x, x.ticks(), text):
        at = x.px(value)
        shapes.append(Line(at, top, at, bottom))
        shapes.append(Text(at, bottom + 13, text(value), "soft", "middle", SMALL))
    middle = min((x.first_px + x.last_px) / 2, WIDTH - 100)
    shown = shortened(name, SMALL, 2 * min(middle, WIDTH - middle))
    shapes.append(Text(middle, bottom + 28, shown, "soft", "middle", SMALL))
    return shapes


def _apart(x: Scale, values: Sequence[float], text: Callable[[float], str]) -> list[float]:
    """Leave out ticks whose numbers would touch the one before."""
    kept: list[float] = []
    for value in values:
        room = 3.8 * (len(text(value)) + 3)
        if not kept or x.px(value) - x.px(kept[-1]) >= room:
            kept.append(value)
    return kept
