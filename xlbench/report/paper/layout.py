"""From results to a table by its axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from xlbench.languages import LANGUAGES
from xlbench.report.paper.axes import Axes, Axis
from xlbench.report.paper.change import Pair, Place, change
from xlbench.report.paper.doubt import mark_of
from xlbench.report.paper.grid import Block, Column, Entry, Grid, Row
from xlbench.report.paper.headings import of_task
from xlbench.report.paper.notes import notes
from xlbench.report.paper.quantity import OVER, Quantity, behind, measured
from xlbench.report.whole import Whole
from xlbench.tasks.catalogue import TASKS


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a table: an arm and the tasks and languages that are put together there."""

    arm: str
    places: tuple[Place, ...]


def grid(whole: Whole, axes: Axes) -> Grid:
    """Return the table of the results; arms in columns stand beside their changes."""
    columns = tuple(_columns(whole, axes))
    if axes.third == "language":
        blocks: tuple[Block, ...] = (Block("", tuple(_rows(whole, axes, None))),)
    else:
        blocks = tuple(
            Block(_heading(axes.third, key), tuple(_rows(whole, axes, key)))
            for key in _members(whole, axes.third)
        )
    if len(blocks) == 1 and axes.third != "language":
        title = f"{blocks[0].heading}, by {axes.rows}"
        blocks = (replace(blocks[0], heading=""),)
    else:
        title = f"By {axes.rows}"
    return Grid(title, axes.rows, columns, blocks, tuple(notes(whole, axes, blocks)))


def _members(whole: Whole, axis: Axis) -> list[str]:
    return {"arm": whole.arms, "task": whole.tasks, "language": whole.languages()}[axis]


def _heading(axis: Axis, key: str) -> str:
    return of_task(key) if axis == "task" else key


def _name(axis: Axis, key: str) -> str:
    if axis == "language":
        return f"{LANGUAGES[key].name} ({key})"
    return _heading(axis, key)


def _columns(whole: Whole, axes: Axes) -> Iterator[Column]:
    members = _members(whole, axes.columns)
    for quantity in axes.quantities:
        for key in members:
            yield Column(quantity.title, TASKS[key].title if axes.columns == "task" else key)
        if axes.columns == "arm":
            for arm in members[1:]:
                yield Column(quantity.title, change_head(quantity, arm, len(members) > 2))


def change_head(quantity: Quantity, arm: str, several: bool) -> str:
    """Return the head of a change's column; the arm is named where there are several."""
    what = "difference" if quantity.points else "ratio"
    return f"{what}, {arm}" if several else what


def _rows(whole: Whole, axes: Axes, block: str | None) -> Iterator[Row]:
    keys = [key for key in _members(whole, axes.rows) if _spots(whole, axes, block, key, None)]
    for key in keys:
        yield Row(_name(axes.rows, key), tuple(_entries(whole, axes, block, key)))
    if axes.rows == "language" and axes.columns == "arm" and len(keys) > 1:
        yield Row(f"all {len(keys)} languages", tuple(_entries(whole, axes, block, None)))


def _entries(whole: Whole, axes: Axes, block: str | None, row: str | None) -> Iterator[Entry]:
    members = _members(whole, axes.columns)
    for quantity in axes.quantities:
        for key in members:
            spots = _spots(whole, axes, block, row, key)
            yield value(whole, quantity, spots[0] if spots else None, axes.intervals)
        if axes.columns == "arm":
            for arm in members[1:]:
                spots = _spots(whole, axes, block, row, arm)
                places = spots[0].places if spots else ()
                yield change(whole, quantity, Pair(members[0], arm), _shared(whole, places))


def _spots(
    whole: Whole, axes: Axes, block: str | None, row: str | None, column: str | None
) -> list[Spot]:
    """Return where row and column of a block meet, arm by arm; none where nothing was measured."""
    fixed = {axes.rows: row, axes.columns: column}
    if axes.third != "language":
        fixed[axes.third] = block
    arm, task, language = (fixed.get(axis) for axis in ("arm", "task", "language"))
    found = (
        Spot(
            each,
            tuple(p for p in places if task in (None, p[0]) and language in (None, p[1])),
        )
        for each, places in whole.places.items()
        if arm in (None, each)
    )
    return [spot for spot in found if spot.places]


def value(whole: Whole, quantity: Quantity, spot: Spot | None, intervals: bool) -> Entry:
    """Return the value at a spot; languages are put together as the quantity says.

    A mean is over the languages that all arms have: those that one lacks would tilt it. It is
    missing where one of them has no value.
    """
    if spot is None:
        return Entry(None, digits=quantity.digits)
    cells = (c for place in spot.places for c in behind(whole, quantity, spot.arm, *place))
    mark = mark_of(cells, quantity.doubtful)
    empty = Entry(None, digits=quantity.digits, mark=mark)
    if len(spot.places) == 1:
        found = measured(whole, quantity, spot.arm, *spot.places[0])
        if found is None:
            return empty
        ends = (found.lo, found.hi) if intervals else (None, None)
        return Entry(found.value, *ends, quantity.digits, mark=mark)
    places = _shared(whole, spot.places)
    values = [measured(whole, quantity, spot.arm, *place) for place in places]
    known = [one.value for one in values if one is not None]
    if not known or len(known) < len(values):
        return empty
    return Entry(OVER[quantity.over](known), digits=quantity.digits, mark=mark)


def _shared(whole: Whole, places: Sequence[Place]) -> list[Place]:
    """The places that every arm has, of these."""
    of_arm = [whole.places.get(arm, {}) for arm in whole.arms]
    return [place for place in places if all(place in mine for mine in of_arm)]
