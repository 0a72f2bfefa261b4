"""What a picture of a report is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from xlbench.report.draw.scene import Picture
from xlbench.report.whole import Whole


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its place in the report.

    Attributes:
        name: of its file, and its anchor in a page.
        heading: a line above it: the task, or what else tells it from its neighbours.
        caption: a line below it; empty where there is nothing to add.
        task: whose it is; empty where it is of several.
    """

    name: str
    heading: str
    picture: Picture
    caption: str = ""
    task: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of picture.

    Attributes:
        name: its anchor, and how its files begin.
        title: of its section.
        reading: how to read it, in a sentence or two.
        draw: yields the figures that a report has of it.
        missing: what to say where it yields none.
    """

    name: str
    title: str
    reading: str
    draw: Callable[[Whole], Iterator[Figure]]
    missing: str
