"""Where labels go: beside their points, over no mark, no line and no other label.

Greedy placement over candidate positions (Christensen, Marks and Shieber 1995, ACM Trans.
Graph. 14:203, section 3): the most crowded points choose first, each the free position that
is nearest; one that is further off gets a leader line. A label without a free place is left
out and reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin

from xlbench.report.draw.scene import Line, Shape, Text
from xlbench.report.draw.text_size import text_width

SIZE = 11.0
_HEIGHT = 10.0
_DISTANCES = (0.0, 5.0, 11.0, 18.0, 27.0, 38.0)
_ANGLES = 16
_LEADER_FROM = 8.0


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle in pixels."""

    x1: float
    y1: float
    x2: float
    y2: float

    def meets(self, other: Rect) -> bool:
        """Tell whether the two share any area."""
        return (
            self.x1 < other.x2 and other.x1 < self.x2 and self.y1 < other.y2 and other.y1 < self.y2
        )

    def within(self, other: Rect) -> bool:
        """Tell whether this lies in the other."""
        return (
            self.x1 >= other.x1
            and self.x2 <= other.x2
            and self.y1 >= other.y1
            and self.y2 <= other.y2
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """A label and the point that it names."""

    text: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Placed:
    """The shapes of the labels that found a place, and the texts of those that did not."""

    shapes: tuple[Shape, ...]
    left_out: tuple[str, ...]
    boxes: tuple[Rect, ...]


def place(
    wanted: Sequence[Wanted],
    marks: Sequence[tuple[float, float]],
    bounds: Rect,
    radius: float = 5.0,
    lines: Sequence[tuple[float, float, float, float]] = (),
) -> Placed:
    """Return the labels in their places.

    Args:
        wanted: labels.
        marks: centres of all marks, which no label may cover.
        bounds: within which labels stay.
        radius: of a mark, in pixels.
        lines: further lines that no label may cover: x1, y1, x2, y2.
    """
    taken = [_around(x, y, radius, radius) for x, y in marks]
    for line in lines:
        taken += _along(*line)
    shapes: list[Shape] = []
    boxes: list[Rect] = []
    left_out = []
    for label in sorted(wanted, key=lambda one: -_crowd(one, marks)):
        found = next(
            (
                (box, far)
                for box, far in _candidates(label, radius)
                if box.within(bounds) and not any(box.meets(other) for other in taken)
            ),
            None,
        )
        if found is None:
            left_out.append(label.text)
            continue
        box, far = found
        taken.append(box)
        boxes.append(box)
        if far >= _LEADER_FROM:
            shapes.append(_leader(label, box))
        middle = (box.x1 + box.x2) / 2
        shapes.append(Text(middle, box.y2 - 1.0, label.text, "ink", "middle", SIZE))
    return Placed(tuple(shapes), tuple(sorted(left_out)), tuple(boxes))


def without_label(placed: Placed) -> str:
    """Return the sentence that names the labels without a place; empty where all have one."""
    if not placed.left_out:
        return ""
    return f"Without room for a label: {', '.join(placed.left_out)}."


def _candidates(label: Wanted, radius: float) -> Iterator[tuple[Rect, float]]:
    """Yield places from near to far, those to the right and above first."""
    half_width, half_height = text_width(label.text, SIZE) / 2 + 1, _HEIGHT / 2 + 0.5
    for far in _DISTANCES:
        for n in range(_ANGLES):
            turn = (n + 1) // 2 * (1 if n % 2 else -1) * 2 * pi / _ANGLES - pi / 8
            x = label.x + cos(turn) * (radius + far + half_width)
            y = label.y + sin(turn) * (radius + far + half_height)
            yield _around(x, y, half_width, half_height), far


def _around(x: float, y: float, half_width: float, half_height: float) -> Rect:
    return Rect(x - half_width, y - half_height, x + half_width, y + half_height)


def _along(x1: float, y1: float, x2: float, y2: float) -> list[Rect]:
    steps = int(hypot(x2 - x1, y2 - y1) // 3) + 1
    return [
        _around(x1 + (x2 - x1) * n / steps, y1 + (y2 - y1) * n / steps, 1.0, 1.0)
        for n in range(steps + 1)
    ]


def _crowd(label: Wanted, marks: Sequence[tuple[float, float]]) -> int:
    return sum(hypot(x - label.x, y - label.y) < 25 for x, y in marks)


def _leader(label: Wanted, box: Rect) -> Line:
    x = min(max(label.x, box.x1), box.x2)
    y = min(max(label.y, box.y1), box.y2)
    return Line(label.x, label.y, x, y, "soft", 0.6)
