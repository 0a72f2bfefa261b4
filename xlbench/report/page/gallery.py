"""The pictures of a page: for each kind how to read it, then its figures."""

from __future__ import annotations

from collections.abc import Iterator

from xlbench.report.draw.svg import inline
from xlbench.report.markup import Markup, element, join
from xlbench.report.page.section import Section
from xlbench.report.pictures.kind import Figure, Kind
from xlbench.report.pictures.registry import KINDS
from xlbench.report.whole import Whole
from xlbench.tasks.catalogue import TASKS


def gallery(whole: Whole) -> Iterator[Section]:
    """Yield a section for each kind of picture, and one that says why others are missing."""
    missing = []
    for kind in KINDS:
        figures = list(kind.draw(whole))
        if figures:
            yield Section(kind.name, kind.title, _body(kind, figures))
        else:
            missing.append(element("li", kind.missing))
    if missing:
        yield Section("missing", "What is not drawn", element("ul", *missing))


def _body(kind: Kind, figures: list[Figure]) -> Markup:
    drawn = [
        element(
            "figure",
            element("figcaption", element("b", figure.heading), f" {figure.caption}".rstrip()),
            inline(figure.picture),
            id=f"fig-{figure.name}",
            **_task(figure.task),
        )
        for figure in figures
    ]
    reading = element("p", kind.reading, class_="reading")
    return join([reading, element("div", *drawn, class_="figures")])


def _task(task: str) -> dict[str, str]:
    """What the script picks the figures of a task by."""
    return {"data_task": task, "data_title": TASKS[task].title} if task else {}
