"""The history as one SVG: a panel for each line, points, levels and where they change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from xlbench.history.changes import Line
from xlbench.report.history import ratio_text, title
from xlbench.report.markup import Markup, element

WIDTH, HEIGHT, ACROSS = 460, 150, 2
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 34, 22
LABEL = 42
"""Room for a ratio, in pixels: closer changes have theirs in the tool tip only."""

LEAST_RANGE = 0.10
"""The axis covers at least this share of the median: noise alone looks flat."""

_STYLE = """
svg { color-scheme: light dark; font: 11px system-ui, sans-serif; background: #fff; }
text { fill: #1a1a1a; } .soft { fill: #666; } .frame { fill: none; stroke: #d8d8d8; }
.point { fill: #0067b8; } .disturbed { fill: none; stroke: #0067b8; }
.level { stroke: #1a1a1a; stroke-width: 1.5; } .change { stroke-dasharray: 3 3; }
.slower { stroke: #c2410c; fill: #c2410c; } .faster { stroke: #15803d; fill: #15803d; }
.change.slower, .change.faster { fill: none; } text.slower, text.faster { stroke: none; }
@media (prefers-color-scheme: dark) { svg { background: #15171a; } text { fill: #e6e6e6; }
  .soft { fill: #9aa0a6; } .frame { stroke: #3a3d42; } .level { stroke: #e6e6e6; }
  .point { fill: #5eb0ef; } .disturbed { stroke: #5eb0ef; } }
"""


def history_svg(lines: Sequence[Line]) -> str:
    """Return the plot of at least one line as a file of its own."""
    rows = -(-len(lines) // ACROSS)
    width, height = WIDTH * min(ACROSS, len(lines)), HEIGHT * rows
    panels = [
        element(
            "g",
            *_panel(line),
            transform=f"translate({WIDTH * (i % ACROSS)},{HEIGHT * (i // ACROSS)})",
        )
        for i, line in enumerate(lines)
    ]
    return (
        element(
            "svg",
            element("style", Markup(_STYLE)),
            *panels,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {width} {height}",
            width=width,
            height=height,
            role="img",
        )
        + "\n"
    )


def _panel(line: Line) -> Iterator[Markup]:
    points = line.series.points
    values = [point.value_ms for point in points]
    room = max(max(values) - min(values), LEAST_RANGE * median(values)) * 1.15
    floor = (max(values) + min(values) - room) / 2
    inner = WIDTH - _LEFT - _RIGHT

    def x(index: float) -> float:
        return round(_LEFT + inner * (index + 0.5) / len(values), 1)

    def y(value: float) -> float:
        return round(_TOP + (HEIGHT - _TOP - _BOTTOM) * (1 - (value - floor) / room), 1)

    yield element("text", title(line), x=_LEFT, y=14)
    yield element(
        "rect", x=_LEFT, y=_TOP, width=inner, height=HEIGHT - _TOP - _BOTTOM, class_="frame"
    )
    for value in (floor, floor + room / 2, floor + room):
        yield element(
            "text", f"{value:.3g}", x=_LEFT - 6, y=y(value) + 4, text_anchor="end", class_="soft"
        )
    for index, anchor in ((0, "start"), (len(points) - 1, "end")):
        yield element(
            "text",
            points[index].run.started[:10],
            x=x(index),
            y=HEIGHT - 8,
            text_anchor=anchor,
            class_="soft",
        )
    edges = [0, *(step.index for step in line.steps), len(values)]
    for start, end in pairwise(edges):
        level = y(median(values[start:end]))
        yield element(
            "line", x1=x(start - 0.4), x2=x(end - 0.6), y1=level, y2=level, class_="level"
        )
    labelled = float(-LABEL)
    for step in line.steps:
        kind = "slower" if step.ratio > 1 else "faster"
        place = x(step.index - 0.5)
        words = f"{ratio_text(step)} {points[step.index].run.started[:10]}"
        yield element(
            "line",
            element("title", words),
            x1=place,
            x2=place,
            y1=_TOP,
            y2=HEIGHT - _BOTTOM,
            class_=f"change {kind}",
        )
        if place - labelled >= LABEL:
            labelled = place
            alone = len(line.steps) == 1
            text = words if alone else f"×{step.ratio:.3f}"
            middle = min(max(place, 2.0 * LABEL), WIDTH - 2.0 * LABEL) if alone else place
            yield element("text", text, x=middle, y=_TOP - 6, text_anchor="middle", class_=kind)
    for index, point in enumerate(points):
        yield element(
            "circle",
            element("title", f"{point.run.name}, {point.run.started}: {point.value_ms:.3f} ms"),
            cx=x(index),
            cy=y(point.value_ms),
            r=2.5,
            class_="point disturbed" if point.disturbed else "point",
        )
