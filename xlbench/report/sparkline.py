"""A series as a line of blocks."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

_BLOCKS = "▁▂▃▄▅▆▇█"
WIDTH = 40

LEAST_RANGE = 0.10
"""The height stands for at least this share of the median: noise alone looks flat."""


def sparkline(values: Sequence[float], breaks: Sequence[int] = (), width: int = WIDTH) -> str:
    """Return one block for each value, and a bar before each index in ``breaks``.

    A series that is longer than ``width`` is drawn as the medians of neighbours.
    """
    if not values:
        return ""
    group = -(-len(values) // width)
    edges = sorted({0, *breaks})
    parts = [
        _grouped(values[start:end], group)
        for start, end in zip(edges, [*edges[1:], len(values)], strict=True)
    ]
    drawn = [value for part in parts for value in part]
    room = max(max(drawn) - min(drawn), LEAST_RANGE * median(drawn))
    floor = (max(drawn) + min(drawn) - room) / 2
    return "│".join("".join(_block((value - floor) / room) for value in part) for part in parts)


def _grouped(values: Sequence[float], size: int) -> list[float]:
    return [median(values[i : i + size]) for i in range(0, len(values), size)]


def _block(share: float) -> str:
    return _BLOCKS[min(len(_BLOCKS) - 1, max(0, int(share * len(_BLOCKS))))]
