"""The language tax taken apart: which factors make a language slower than English.

With parallel examples the time of an example over that of an English one is, exactly,

    tokens per word x words x (tokens fed / tokens of the text) x padding x time per padded token

each over its English value. What is fed differs from the text by special tokens, by windows
that overlap, and by what truncation cut off. Offline, where batches have a shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod

from xlbench.cell import OFFLINE
from xlbench.report.cells import SeenCell
from xlbench.report.draw.frame import x_axis
from xlbench.report.draw.legend import Area, swatches
from xlbench.report.draw.rows import Rows
from xlbench.report.draw.scale import Scale, logarithmic
from xlbench.report.draw.scene import Box, Line, Picture, Shape, Text, picture
from xlbench.report.numbers import figures
from xlbench.report.pictures.kind import Figure, Kind
from xlbench.report.pictures.names import english_name, language, title
from xlbench.report.whole import Whole

PARTS = (
    "tokens per word",
    "words",
    "tokens (words unknown)",
    "special tokens, windows, cuts",
    "padding",
    "batch shape",
)
_AREAS = {
    PARTS[0]: Area("series0"),
    PARTS[1]: Area("series2"),
    PARTS[2]: Area("series0", faint=True),
    PARTS[3]: Area("series3"),
    PARTS[4]: Area("series4"),
    PARTS[5]: Area("accent", faint=True),
}
Factors = Mapping[str, float]


def factors(cell: SeenCell, english: SeenCell) -> Factors | None:
    """Return the factors by the names in ``PARTS``; ``None`` where one was not measured.

    Their product is the time of an example over that of an English one.
    """
    tokens = cell.number("tokens_relative_to_english")
    here, there = _feeding(cell), _feeding(english)
    if tokens is None or here is None or there is None:
        return None
    (fed, padded, seconds), (fed_en, padded_en, seconds_en) = here, there
    words = cell.number("tokens_per_word"), english.number("tokens_per_word")
    found = {}
    if words[0] and words[1]:
        found[PARTS[0]] = words[0] / words[1]
        found[PARTS[1]] = tokens / found[PARTS[0]]
    else:
        found[PARTS[2]] = tokens
    found[PARTS[3]] = fed / fed_en / tokens
    found[PARTS[4]] = padded / fed / (padded_en / fed_en)
    found[PARTS[5]] = seconds / padded / (seconds_en / padded_en)
    return found


def _feeding(cell: SeenCell) -> tuple[float, float, float] | None:
    """Real tokens, padded tokens and seconds of an example."""
    names = ("tokens", "padded_tokens", "n_examples", "throughput_examples_per_s")
    tokens, padded, examples, rate = map(cell.number, names)
    if not tokens or not padded or not examples or not rate:
        return None
    return tokens / examples, padded / examples, 1 / rate


def _draw(whole: Whole) -> Iterator[Figure]:
    for task in whole.tasks:
        for number, arm in enumerate(whole.arms):
            cells = {c.language: c for c in whole.of(arm, task, OFFLINE)}
            if "en" not in cells:
                continue
            found = {
                code: made
                for code, cell in cells.items()
                if code != "en" and (made := factors(cell, cells["en"])) is not None
            }
            if found:
                drawn = _picture(task, arm, found)
                heading = f"{title(task)}, {arm}"
                yield Figure(f"parts-{task}-{number + 1}", heading, drawn, task=task)


def _picture(task: str, arm: str, found: Mapping[str, Factors]) -> Picture:
    totals = {code: prod(parts.values()) for code, parts in found.items()}
    codes = sorted(found, key=lambda code: -totals[code])
    used = [part for part in PARTS if any(part in parts for parts in found.values())]
    shapes, top = swatches([(_AREAS[part], part) for part in used])
    rows = Rows([language(code) for code in codes], 1, top + 4, lane=13.0)
    right = rows.right - 38
    reach = [_reach(parts) for parts in found.values()]
    x = logarithmic([1.0, *(v for ends in reach for v in ends)], rows.left, right)
    name = "time of an example over an English one (logarithmic)"
    shapes += [*x_axis(x, rows.top, rows.bottom, name, lambda value: f"×{value:g}")]
    shapes += rows.labels()
    for row, code in enumerate(codes):
        shapes += _stack(found[code], x, rows.y(row), english_name(code))
        at = x.px(totals[code])
        shapes.append(Line(at, rows.y(row) - 7, at, rows.y(row) + 7, "ink", 2.2))
        told = f"×{totals[code]:.2f}"
        shapes.append(Text(rows.right + 8, rows.y(row) + 4, told, "ink", "end", 11.0))
    shapes.append(Line(x.px(1.0), rows.top, x.px(1.0), rows.bottom, "soft"))
    told = ", ".join(f"{english_name(code)} ×{totals[code]:.2f}" for code in codes)
    return picture(
        f"{title(task)}: what makes a language slower than English ({arm})",
        f"Time of an example over an English one: {told}",
        rows.bottom + 34,
        shapes,
    )


def _reach(parts: Factors) -> tuple[float, float]:
    """How far the stacks go to the left and to the right."""
    values = list(parts.values())
    return prod(v for v in values if v < 1), prod(v for v in values if v > 1)


def _stack(parts: Factors, x: Scale, y: float, name: str) -> Sequence[Shape]:
    """Factors above 1 go to the right of 1, those below to the left, one after the other."""
    shapes = []
    ends = {True: 1.0, False: 1.0}
    for part in (part for part in PARTS if part in parts):
        factor = parts[part]
        begin = ends[factor > 1]
        ends[factor > 1] = begin * factor
        left, right = sorted((x.px(begin), x.px(begin * factor)))
        told = f"{name}, {part}: ×{figures(factor)}"
        area = _AREAS[part]
        shapes.append(Box(left, y - 5, right - left, 10.0, area.role, area.faint, told))
    return shapes


KIND = Kind(
    "parts",
    "The language tax, taken apart",
    "For parallel sentences, the time of an example (offline) over that of an English one is the "
    "product of these factors: those that make it slower are stacked to the right of 1, those "
    "that make it faster to the left, the black line is the whole. Cuts are tokens lost at the "
    "maximum length; batch shape is the time of a padded token.",
    _draw,
    "The language tax is not taken apart: that takes English and another language of XNLI, "
    "PAWS-X or XQuAD, measured offline on the same examples.",
)
