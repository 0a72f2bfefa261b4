"""The language tax: latency against tokens, a picture a task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlbench.cell import SINGLE_STREAM
from xlbench.report.cells import Interval, SeenCell
from xlbench.report.draw.frame import BOTTOM, LEFT, RIGHT, frame
from xlbench.report.draw.labels import Rect, Wanted, place, without_label
from xlbench.report.draw.legend import legend
from xlbench.report.draw.scale import Scale, linear, logarithmic
from xlbench.report.draw.scene import SERIES, WIDTH, Curve, Picture, Shape, picture, series_mark
from xlbench.report.draw.whisker import upright
from xlbench.report.numbers import figures
from xlbench.report.pictures.kind import Figure, Kind
from xlbench.report.pictures.names import english_name, title
from xlbench.report.whole import Whole

_HEIGHT = 270.0
_P50 = "latency_p50_ms"
_TOKENS = {
    "tokens_relative_to_english": "tokens relative to English",
    "tokens_per_word": "tokens per word",
    "tokens_per_char": "tokens per character",
}
_BEYOND = 1.35
_LOG_FROM = 4.0
"""A task whose slowest language takes this many times as long as its fastest has a log axis."""

_STEPS = 24


def _draw(whole: Whole) -> Iterator[Figure]:
    for task in whole.tasks:
        cells = [c for c in whole.of(task=task, scenario=SINGLE_STREAM) if c.number(_P50)]
        for column, name in _TOKENS.items():
            known = [c for c in cells if c.number(column) is not None]
            if len({c.language for c in known}) >= 3:
                yield _figure(whole, task, known, column, name)
                break


def _figure(whole: Whole, task: str, cells: Sequence[SeenCell], column: str, x_name: str) -> Figure:
    shapes, top = legend(whole.arms)
    bottom = top + _HEIGHT
    x = linear([c.values[column] for c in cells], LEFT, WIDTH - RIGHT)
    y = _heights(cells, bottom, top + 6)
    shapes += frame(x, y, x_name, "p50 of one example, ms")
    parallel = column == "tokens_relative_to_english"
    if parallel:
        shapes += _in_proportion(whole, cells, x, y)
    marks: list[Shape] = []
    places: list[tuple[float, float]] = []
    for series, arm in reversed(list(enumerate(whole.arms))):
        for cell in (c for c in cells if c.arm == arm):
            at = (x.px(cell.values[column]), y.px(cell.values[_P50]))
            places.append(at)
            shapes += upright(_interval(cell), at[0], y, f"series{series % SERIES}")
            told = (
                f"{arm}, {english_name(cell.language)}: {figures(cell.values[column])} {x_name}, "
                f"{figures(cell.values[_P50])} ms"
            )
            marks.append(series_mark(*at, series, 3.8, told))
    wanted = [
        Wanted(c.language, x.px(c.values[column]), y.px(c.values[_P50]))
        for c in _first_of_each(cells)
    ]
    bounds = Rect(LEFT + 1, top, WIDTH - 1, bottom - 1)
    labels = place(wanted, places, bounds)
    caption = "Dashed: in proportion to tokens, through English. " if parallel else ""
    caption += without_label(labels)
    drawn = _picture(
        task, cells, column, x_name, bottom + BOTTOM, [*shapes, *marks, *labels.shapes]
    )
    return Figure(f"tax-{task}", title(task), drawn, caption, task)


def _picture(
    task: str,
    cells: Sequence[SeenCell],
    column: str,
    x_name: str,
    height: float,
    shapes: Sequence[Shape],
) -> Picture:
    told = ", ".join(
        f"{english_name(c.language)} {figures(c.values[column])} tokens, "
        f"{figures(c.values[_P50])} ms"
        for c in sorted(_first_of_each(cells), key=lambda c: c.values[column])
    )
    return picture(f"{title(task)}: latency by {x_name}", told, height, shapes)


def _first_of_each(cells: Sequence[SeenCell]) -> list[SeenCell]:
    """One cell a language, of the first arm that has it: labels are written once."""
    return list({c.language: c for c in reversed(cells)}.values())


def _heights(cells: Sequence[SeenCell], first_px: float, last_px: float) -> Scale:
    """Hold all values, and intervals as far as they do not press the values together."""
    values = [c.values[_P50] for c in cells]
    low, high = min(values), max(values)
    ends = [_interval(c) for c in cells]
    lows = [e.lo for e in ends if e.lo is not None and e.lo >= low / _BEYOND]
    highs = [e.hi for e in ends if e.hi is not None and e.hi <= high * _BEYOND]
    spread = logarithmic if high > _LOG_FROM * low else linear
    return spread([low, high, *lows, *highs], first_px, last_px)


def _interval(cell: SeenCell) -> Interval:
    return cell.interval(_P50) or Interval(cell.values[_P50])


def _in_proportion(whole: Whole, cells: Sequence[SeenCell], x: Scale, y: Scale) -> Iterator[Shape]:
    """Yield the line on which a language's latency grows as its tokens do, from English on."""
    english = next((c for c in cells if c.language == "en" and c.arm == whole.arms[0]), None)
    if english is None:
        return
    slope = english.values[_P50]
    low = max(x.low, y.low / slope)
    high = min(x.high, y.high / slope)
    if low < high:
        at = [low + (high - low) * n / _STEPS for n in range(_STEPS + 1)]
        points = tuple((x.px(tokens), y.px(tokens * slope)) for tokens in at)
        yield Curve(points, "accent", 1.2, dashed=True)


KIND = Kind(
    "tax",
    "The language tax: latency against tokens",
    "A language pays for its tokens. Where the examples are parallel, tokens are those of the "
    "same sentences over English ones; a language on the dashed line pays for its tokens and "
    "for nothing else, one below it shares costs that do not grow with them.",
    _draw,
    "There is no picture of latency against tokens: it takes three languages of a task with a "
    "single-stream p50.",
)
