"""How latencies moved over the run: what interleaving has to average out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from xlbench.cell import ArmCell
from xlbench.report.draw.frame import BOTTOM, LEFT, RIGHT, frame
from xlbench.report.draw.legend import legend
from xlbench.report.draw.scale import Scale, linear, logarithmic
from xlbench.report.draw.scene import (
    SERIES,
    WIDTH,
    Curve,
    Line,
    Picture,
    Shape,
    picture,
    series_mark,
)
from xlbench.report.numbers import counted
from xlbench.report.pictures.kind import Figure, Kind
from xlbench.report.raw import Raw, Visit
from xlbench.report.whole import Whole

MIN_VISITS = 10
_HEIGHT = 220.0
_BINS = 60
_FACTORS = 2.0
REFERENCE = "reference kernel"

Rows = list[tuple[float, float, float, float]]
"""Minute, lower quartile, median and upper quartile."""


def _draw(whole: Whole) -> Iterator[Figure]:
    for number, (source, raw) in enumerate(whole.raw.items(), 1):
        series = _series(raw)
        if series:
            drawn = _picture(whole.arms, source, raw, series)
            caption = f"{counted(len(raw.visits), 'visit')}, medians of neighbours"
            yield Figure(f"drift-{number}", source, drawn, caption)


def _series(raw: Raw) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Seconds and relative latencies of each arm, and of the reference kernel."""
    usual = _medians(raw.visits)
    found = {}
    for arm in dict.fromkeys(visit.cell.arm for visit in raw.visits):
        mine = [v for v in raw.visits if v.cell.arm == arm and v.median_ms and v.cell in usual]
        if len(mine) >= MIN_VISITS:
            values = [(v.median_ms or 0.0) / usual[v.cell] for v in mine]
            found[arm] = np.array([v.at_s for v in mine]), np.array(values)
    known = [(v.at_s, v.reference_ms) for v in raw.visits if v.reference_ms]
    if len(known) >= MIN_VISITS:
        at_s, reference = np.array(known, dtype=float).T
        found[REFERENCE] = at_s, reference / np.median(reference)
    return found


def _medians(visits: Sequence[Visit]) -> Mapping[ArmCell, float]:
    """The median of a cell's visits, of those cells that were visited twice at least."""
    of_cell: dict[ArmCell, list[float]] = {}
    for visit in visits:
        if visit.median_ms:
            of_cell.setdefault(visit.cell, []).append(visit.median_ms)
    return {cell: float(np.median(v)) for cell, v in of_cell.items() if len(v) > 1}


def _picture(
    arms: Sequence[str],
    source: str,
    raw: Raw,
    series: Mapping[str, tuple[np.ndarray, np.ndarray]],
) -> Picture:
    binned = {name: _binned(*found) for name, found in series.items()}
    shapes, top = legend([arm for arm in arms if arm in binned] if len(binned) > 2 else [])
    bottom = top + _HEIGHT
    last = max(visit.at_s for visit in raw.visits) / 60
    x = Scale(0.0, last or 1.0, LEFT, WIDTH - RIGHT)
    reach = [0.98, 1.02, *_reach(binned.values())]
    # Times that vary by factors have no room on an axis of percent.
    y = (logarithmic if max(reach) > _FACTORS * min(reach) else linear)(reach, bottom, top + 6)
    shapes += frame(x, y, "minutes of the run", "latency over its median", y_text=_change)
    for name, rows in binned.items():
        if name == REFERENCE:
            shapes += _reference(rows, x, y)
        else:
            shapes += _band(rows, x, y, arms.index(name), name)
    shapes += _disturbed(raw, x, bottom)
    told = _described(binned, raw)
    return picture(f"{source}: drift over the run", told, bottom + BOTTOM, shapes)


def _reach(binned: Iterable[Rows]) -> list[float]:
    """The ends of nearly all medians: a minute that was lost would flatten all others."""
    medians = np.array([row[2] for rows in binned for row in rows])
    low, high = np.quantile(medians, (0.03, 0.97))
    return [float(low), float(high)]


def _binned(at_s: np.ndarray, values: np.ndarray) -> Rows:
    """Minute, lower quartile, median and upper quartile of neighbouring visits."""
    size = max(1, -(-len(values) // _BINS))
    rows = []
    for start in range(0, len(values), size):
        part = slice(start, start + size)
        low, middle, high = np.quantile(values[part], (0.25, 0.5, 0.75))
        rows.append((float(np.mean(at_s[part])) / 60, float(low), float(middle), float(high)))
    return rows


def _band(rows: Rows, x: Scale, y: Scale, series: int, name: str) -> Iterator[Shape]:
    role = f"series{series % SERIES}"
    if len(rows) > 1:
        lower = [(x.px(at), y.px(low)) for at, low, _, _ in rows]
        upper = [(x.px(at), y.px(high)) for at, _, _, high in rows]
        yield Curve((*lower, *reversed(upper)), role, filled=True)
    yield Curve(tuple((x.px(at), y.px(middle)) for at, _, middle, _ in rows), role, 1.4)
    for at, _, middle, _ in rows[series % 5 :: 6]:
        yield series_mark(x.px(at), y.px(middle), series, 3.2, f"{name}: {_change(middle)}")


def _reference(rows: Rows, x: Scale, y: Scale) -> Iterator[Shape]:
    points = tuple((x.px(at), y.px(middle)) for at, _, middle, _ in rows)
    yield Curve(points, "ink", 1.1, dashed=True)


def _disturbed(raw: Raw, x: Scale, bottom: float) -> Iterator[Shape]:
    """Ticks at the bottom where a visit was disturbed, at most one a pixel."""
    places = {round(x.px(visit.at_s / 60)) for visit in raw.visits if visit.disturbed}
    for at in sorted(places):
        yield Line(at, bottom, at, bottom - 5, "ink", 1.0)


def _described(binned: Mapping[str, Sequence[tuple[float, float, float, float]]], raw: Raw) -> str:
    told = [
        f"{name} between {_change(min(r[2] for r in rows))} and {_change(max(r[2] for r in rows))}"
        for name, rows in binned.items()
    ]
    count = sum(visit.disturbed for visit in raw.visits)
    return f"{'; '.join(told)}; {count} of {counted(len(raw.visits), 'visit')} disturbed"


def _change(value: float) -> str:
    if round(value - 1, 4) == 0:
        return "0 %"
    if not 1 / _FACTORS < value < _FACTORS:
        return f"×{value:.3g}"
    return f"{100 * (value - 1):+.3g} %".replace("-", "−")


KIND = Kind(
    "drift",
    "Drift over the run",
    "Each visit's latency over the median of its cell: the line is the median of neighbouring "
    "visits, the band holds half of them. Dashed is the reference kernel, the same work each "
    "time: it shows the machine itself. Ticks at the bottom are visits that something disturbed.",
    _draw,
    "There is no picture of drift: it takes ten visits of cells that were visited twice.",
)
