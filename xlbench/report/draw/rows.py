"""A picture with a line for each name: names on the left, a lane for each series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlbench.report.draw.scene import WIDTH, Line, Shape, Text
from xlbench.report.draw.text_size import shortened

RIGHT = 14.0
_SIZE = 12.0
_PAD = 5.0


@dataclass(frozen=True, slots=True)
class Rows:
    """Where each name's lanes lie.

    Attributes:
        names: from top to bottom.
        lanes: of each name.
        lane: height of one, in pixels.
        top: first pixel.
        left: where the axis begins.
    """

    names: Sequence[str]
    lanes: int
    top: float
    lane: float = 9.0
    left: float = 100.0

    @property
    def pitch(self) -> float:
        """Height of a name with its lanes, in pixels."""
        return max(self.lanes * self.lane, 10.0) + _PAD

    @property
    def bottom(self) -> float:
        """The pixel below the last name."""
        return self.top + len(self.names) * self.pitch

    @property
    def right(self) -> float:
        """Where the axis ends."""
        return WIDTH - RIGHT

    def y(self, row: int, lane: int = 0) -> float:
        """Return the middle of a lane."""
        middle = self.top + (row + 0.5) * self.pitch
        return round(middle + (lane - (self.lanes - 1) / 2) * self.lane, 1)

    def middle(self, row: int) -> float:
        """Return the middle of a name with all its lanes."""
        return round(self.top + (row + 0.5) * self.pitch, 1)

    def labels(self) -> list[Shape]:
        """Return the names and a thin line between each two."""
        shapes: list[Shape] = []
        for row, name in enumerate(self.names):
            shown = shortened(name, _SIZE, self.left - 8)
            shapes.append(Text(self.left - 6, self.middle(row) + 4, shown, "ink", "end", _SIZE))
            if row:
                at = round(self.top + row * self.pitch, 1)
                shapes.append(Line(self.left, at, self.right, at, "grid", 0.5))
        return shapes
