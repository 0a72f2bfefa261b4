"""A lane for each task and arm, a mark for each language: what several pictures have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlbench.report.draw.frame import x_axis
from xlbench.report.draw.labels import Rect, Wanted, place
from xlbench.report.draw.legend import legend
from xlbench.report.draw.rows import Rows
from xlbench.report.draw.scale import linear, logarithmic
from xlbench.report.draw.scene import SERIES, Line, Picture, Shape, picture, series_mark
from xlbench.report.numbers import figures
from xlbench.report.pictures.names import english_name, title

_ROOM = 0.11
"""Of the axis at each end, for the names of the languages there."""

ByLanguage = Mapping[str, float]


def lanes(
    name: str,
    x_name: str,
    unit: str,
    arms: Sequence[str],
    tasks: Sequence[str],
    values: Mapping[tuple[str, str], ByLanguage],
    log: bool,
) -> Picture:
    """Return the picture; the ends of each lane are named by their languages.

    Args:
        name: its title.
        x_name: of the axis.
        unit: of a value in a tool tip.
        arms, tasks: in order; each has a lane, though it may be empty.
        values: by task and arm, at least one.
        log: for a logarithmic axis.
    """
    shapes, top = legend(arms)
    rows = Rows([title(task) for task in tasks], len(arms), top + 4, lane=15.0)
    every = [value for mine in values.values() for value in mine.values()]
    x = (logarithmic if log else linear)(every, rows.left, rows.right, _ROOM)
    shapes += [*x_axis(x, rows.top, rows.bottom, x_name), *rows.labels()]
    for row, task in enumerate(tasks):
        for lane, arm in enumerate(arms):
            mine = values.get((task, arm), {})
            at = {code: x.px(value) for code, value in mine.items()}
            told = {
                code: f"{arm}, {title(task)}, {english_name(code)}: {figures(value, 4)} {unit}"
                for code, value in mine.items()
            }
            shapes += _lane(at, told, rows.y(row, lane), lane, rows)
    return picture(name, _described(arms[0], tasks, values, unit), rows.bottom + 34, shapes)


def _lane(
    at: Mapping[str, float], told: Mapping[str, str], y: float, lane: int, rows: Rows
) -> list[Shape]:
    if not at:
        return []
    order = sorted(at, key=lambda code: at[code])
    first, last = order[0], order[-1]
    shapes: list[Shape] = [Line(at[first], y, at[last], y, f"series{lane % SERIES}", faint=True)]
    shapes += [series_mark(at[code], y, lane, 3.6, told[code]) for code in order]
    wanted = [Wanted(code, at[code], y) for code in dict.fromkeys((last, first))]
    bounds = Rect(rows.left - 2, y - 8, rows.right + 14, y + 8)
    return [*shapes, *place(wanted, [(px, y) for px in at.values()], bounds).shapes]


def _described(
    arm: str,
    tasks: Sequence[str],
    values: Mapping[tuple[str, str], ByLanguage],
    unit: str,
) -> str:
    told = []
    for task in tasks:
        mine = values.get((task, arm))
        if mine:
            low, high = min(mine, key=mine.__getitem__), max(mine, key=mine.__getitem__)
            told.append(
                f"{title(task)} from {figures(mine[low])} {unit} ({english_name(low)}) "
                f"to {figures(mine[high])} {unit} ({english_name(high)})"
            )
    return f"{arm}: {'; '.join(told)}"
