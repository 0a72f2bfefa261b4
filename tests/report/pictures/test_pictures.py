"""What each picture shows, and that no two of its texts lie on each other."""

import math
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from xlbench.cell import Cell
from xlbench.report.draw.scene import WIDTH, Box, Curve, Line, Mark, Text
from xlbench.report.draw.svg import svg_file
from xlbench.report.draw.text_size import text_width
from xlbench.report.pictures import bars, drift, parts, ratios, tails, tax, tradeoff
from xlbench.report.pictures.registry import KINDS

from ..synthetic import GAIN, latency_ms, score, tokens_of


def figures(kind, found):
    return {figure.name: figure for figure in kind.draw(found)}


def of(figure, kind):
    return [shape for shape in figure.picture.shapes if isinstance(shape, kind)]


def texts(figure):
    return [text.text for text in of(figure, Text)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_picture_is_drawn_and_described(kind, found):
    drawn = list(kind.draw(found))
    assert drawn and len({figure.name for figure in drawn}) == len(drawn)
    for figure in drawn:
        assert figure.picture.description and figure.picture.title and figure.heading
        ET.fromstring(svg_file(figure.picture))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_nothing_is_drawn_outside_and_no_two_texts_overlap(kind, found):
    for figure in kind.draw(found):
        check_places(figure)


def check_places(figure):
    height = figure.picture.height
    for mark in of(figure, Mark):
        assert 0 <= mark.x <= WIDTH and 0 <= mark.y <= height
        assert math.isfinite(mark.x) and math.isfinite(mark.y)
    boxes = [box(text) for text in of(figure, Text)]
    for n, (x1, y1, x2, y2, text) in enumerate(boxes):
        assert x1 >= -1 and x2 <= WIDTH + 1 and y1 >= 0 and y2 <= height, text
        for a1, b1, a2, b2, other in boxes[:n]:
            apart = x2 <= a1 or a2 <= x1 or y2 <= b1 or b2 <= y1
            assert apart, (figure.name, text, other)


def box(text):
    wide, high = text_width(text.text, text.size) * 0.9, text.size * 0.72
    if text.upright:
        return text.x - high, text.y - wide / 2, text.x, text.y + wide / 2, text.text
    left = {"start": 0, "middle": wide / 2, "end": wide}[text.anchor]
    return text.x - left, text.y - high, text.x - left + wide, text.y, text.text


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_bare_result_has_a_sentence_instead(kind, bare):
    drawn = list(kind.draw(bare))
    if kind.name in ("overview", "bars", "memory"):
        assert drawn
    else:
        assert not drawn and kind.missing.endswith(".")


def test_bars_are_as_long_as_their_latency_and_sorted(found):
    figure = figures(bars.KIND, found)["bars-xnli"]
    lengths = [b.width for b in of(figure, Box)]
    assert len(lengths) == 2 * 5
    values = [
        found.find(arm, Cell("xnli", code, "single-stream")).number("latency_p50_ms")
        for code in sorted(("ar", "en", "sw", "th", "zh"), key=lambda c: -tokens_of(c))
        for arm in found.arms
    ]
    ratios_px = [length / value for length, value in zip(lengths, values, strict=True)]
    assert max(ratios_px) / min(ratios_px) < 1.02
    assert lengths[0] > lengths[-2]


def test_each_arm_has_its_own_mark(found):
    marks = of(figures(bars.KIND, found)["bars-xnli"], Mark)
    assert {(mark.shape, mark.hollow) for mark in marks} == {(0, False), (1, True)}


def test_the_tax_has_a_label_for_each_language_and_a_line_through_english(found):
    figure = figures(tax.KIND, found)["tax-xnli"]
    assert {"ar", "en", "sw", "th", "zh"} <= set(texts(figure))
    assert "tokens relative to English" in texts(figure)
    (line,) = of(figure, Curve)
    english = [mark for mark in of(figure, Mark) if mark.told.startswith("base, English")]
    assert any(abs(x - english[0].x) < 8 and abs(y - english[0].y) < 12 for x, y in line.points)


def test_without_parallel_examples_tokens_are_those_of_a_word(found):
    figure = figures(tax.KIND, found)["tax-panx"]
    assert "tokens per word" in texts(figure) and not of(figure, Curve)


def test_the_parts_multiply_to_the_whole_exactly(found):
    for code in ("ar", "sw", "th", "zh"):
        cell = found.find("base", Cell("xnli", code, "offline"))
        english = found.find("base", Cell("xnli", "en", "offline"))
        factors = parts.factors(cell, english)
        rates = (c.number("throughput_examples_per_s") for c in (english, cell))
        assert math.prod(factors.values()) == pytest.approx(next(rates) / next(rates), rel=1e-12)
        assert ("tokens per word" in factors) == (code not in ("th", "zh"))


def test_the_parts_are_what_they_say(found):
    cell = found.find("base", Cell("xnli", "ar", "offline"))
    factors = parts.factors(cell, found.find("base", Cell("xnli", "en", "offline")))
    assert factors["tokens per word"] == pytest.approx(tokens_of("ar"), rel=0.01)
    assert factors["words"] == pytest.approx(1.0)
    assert factors["padding"] == pytest.approx(1.0, rel=0.01)
    # A fixed cost an example makes each token of a long one cheaper.
    assert factors["batch shape"] < 0.9
    fed = (24 * tokens_of("ar") + 3) / (24 + 3) / tokens_of("ar")
    assert factors["special tokens, windows, cuts"] == pytest.approx(fed, rel=0.01)


def test_stacks_begin_at_one_and_the_whole_is_written(found):
    figure = figures(parts.KIND, found)["parts-xnli-1"]
    whole = latency_ms("xnli", "ar") / latency_ms("xnli", "en")
    written = [float(t.removeprefix("×")) for t in texts(figure) if t.startswith("×")]
    assert any(value == pytest.approx(whole, rel=0.05) for value in written)


def test_arms_are_joined_language_by_language(found):
    figure = figures(tradeoff.KIND, found)["tradeoff-xnli"]
    joins = [line for line in of(figure, Line) if line.role == "soft" and line.width == 1.0]
    assert len(joins) == 5
    marks = {mark.told.split(":")[0]: mark for mark in of(figure, Mark) if mark.told}
    first, second = marks["base, Thai"], marks["stilts, Thai"]
    assert any(
        (line.x1, line.y1, line.x2, line.y2) == (first.x, first.y, second.x, second.y)
        for line in joins
    )
    assert second.y < first.y, f"{GAIN} points more stand higher"
    assert f"{score('xnli', 'th', 0):.1f} %" in first.told


def test_verdicts_have_shapes(found):
    figure = figures(ratios.KIND, found)["ratio-1-xnli-single-stream"]
    compared = found.comparisons[0]
    claims = {
        cell.language: one.main.verdict
        for cell, one in compared.cells.items()
        if cell.task == "xnli" and cell.scenario == "single-stream"
    }
    shown = {mark.told.split(":")[0]: mark for mark in of(figure, Mark)}
    assert "slower" in claims.values()
    assert shown["English"].told.endswith(claims["en"])
    assert shown["English"].shape == 2 and not shown["English"].hollow


def test_an_infinite_interval_is_drawn_with_an_arrow(found):
    from xlbench.report.cells import Interval
    from xlbench.report.compared import Ratio

    compared = found.comparisons[0]
    wide = Ratio(Interval(1.0, 0.0, math.inf), "inconclusive")
    cells = {cell: replace(one, main=wide) for cell, one in compared.cells.items()}
    endless = replace(found, comparisons=(replace(compared, cells=cells),))
    for figure in ratios.KIND.draw(endless):
        places = [v for line in of(figure, Line) for v in (line.x1, line.x2)]
        assert all(math.isfinite(v) and 0 <= v <= WIDTH for v in places)
        assert of(figure, Curve), "an arrow"


def test_a_distribution_rises_from_nothing_to_all(found):
    for figure in tails.KIND.draw(found):
        for curve in of(figure, Curve):
            xs, ys = zip(*curve.points, strict=True)
            assert list(xs) == sorted(xs) and list(ys) == sorted(ys, reverse=True)


def test_drift_shows_each_arm_in_its_own_colour_and_what_was_disturbed(found):
    (figure,) = drift.KIND.draw(found)
    roles = {curve.role for curve in of(figure, Curve)}
    assert roles == {"series0", "series1", "ink"}
    assert "disturbed" in figure.picture.description
    ticks = [line for line in of(figure, Line) if line.role == "ink"]
    (raw,) = found.raw.values()
    assert 0 < len(ticks) <= sum(visit.disturbed for visit in raw.visits)


@pytest.mark.parametrize("factor", [1.3, 3.0, 60.0])
def test_drift_by_factors_has_room_for_its_numbers(found, factor):
    (name,) = found.raw
    raw = found.raw[name]
    visits = tuple(
        replace(v, reference_ms=(v.reference_ms or 1) * (factor if n % 40 > 25 else 1))
        for n, v in enumerate(raw.visits)
    )
    (figure,) = drift.KIND.draw(replace(found, raw={name: replace(raw, visits=visits)}))
    check_places(figure)
    assert any(text.startswith("×") for text in texts(figure)) == (factor > 2)
