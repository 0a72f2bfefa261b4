"""One picture with every shape in it, in each format."""

import xml.etree.ElementTree as ET
from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.errors import UserError
from xlbench.report.draw.outline import outline
from xlbench.report.draw.palette import DARK, LIGHT
from xlbench.report.draw.pdf import pdf_file
from xlbench.report.draw.scene import SERIES, Box, Curve, Line, Text, picture, series_mark
from xlbench.report.draw.svg import inline, svg_file
from xlbench.report.draw.text_size import shortened, text_width

NAME = "{http://www.w3.org/2000/svg}"


def drawn(text="a < b & $x$", told="told"):
    shapes = [
        Line(0, 0, 400, 100, dashed=True),
        Box(10, 10, 50, 20, "series0", faint=True, told=told),
        Curve(((0, 0), (10, 10), (20, 0)), "series1", dashed=True),
        Curve(((0, 0), (10, 10), (20, 0)), "series1", filled=True),
        *(series_mark(20 * n, 50, n, told=told) for n in range(8)),
        Text(200, 50, text, anchor="end", bold=True),
        Text(11, 50, "upright", upright=True),
    ]
    return picture("the title", "its description", 100, shapes)


@given(st.text())
def test_an_svg_is_well_formed_whatever_names_hold(text):
    root = ET.fromstring(svg_file(drawn(text, text)))
    assert root.tag == f"{NAME}svg"
    assert len(root.findall(f".//{NAME}text")) == 2


def test_an_svg_has_title_description_and_both_colour_schemes():
    root = ET.fromstring(svg_file(drawn()))
    assert root.find(f"{NAME}title").text == "the title"
    assert root.find(f"{NAME}desc").text == "its description"
    style = root.find(f"{NAME}style").text
    assert LIGHT["series0"] in style and DARK["series0"] in style
    assert "prefers-color-scheme: dark" in style


def test_within_a_page_a_picture_brings_no_colour_of_its_own():
    text = inline(drawn())
    assert "#" not in text and "<style" not in text
    assert 'role="img"' in text and 'aria-label="the title. its description"' in text


def test_series_differ_in_shape_and_neighbours_in_filling_too():
    marks = [series_mark(0, 0, n) for n in range(2 * SERIES)]
    assert len({outline(mark) for mark in marks}) == SERIES
    assert len({(mark.shape, mark.hollow) for mark in marks}) == 2 * SERIES
    assert all(a.hollow != b.hollow for a, b in pairwise(marks[:SERIES]))


def test_a_pdf_keeps_its_texts_and_brings_its_fonts():
    pytest.importorskip("matplotlib", reason="figures as PDF need matplotlib")
    pypdf = pytest.importorskip("pypdf", reason="reading them back needs pypdf")
    made = pdf_file(drawn())
    assert made == pdf_file(drawn())
    (page,) = pypdf.PdfReader(BytesIO(made)).pages
    assert "a < b & $x$" in page.extract_text()
    (width, height) = (float(v) for v in page.mediabox[2:])
    assert (width, height) == (300, 75)
    fonts = page["/Resources"]["/Font"].get_object()
    found = [font.get_object() for font in fonts.values()]
    inner = [f["/DescendantFonts"][0].get_object() if "/DescendantFonts" in f else f for f in found]
    assert found and all("/FontFile2" in f["/FontDescriptor"].get_object() for f in inner)


def test_without_matplotlib_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    with pytest.raises(UserError, match=r"xlbench\[plots\]"):
        pdf_file(drawn())


@given(st.text(min_size=1, max_size=60), st.floats(20, 400))
def test_a_shortened_text_fits(text, room):
    assert text_width(shortened(text, 11, room), 11) <= room or shortened(text, 11, room) == "…"


def test_a_text_that_fits_is_left_alone_and_a_long_one_keeps_both_ends():
    assert shortened("base", 11, 200) == "base"
    cut = shortened("results/2026-01-02/base", 11, 90)
    assert cut.startswith("resu") and cut.endswith("base") and "…" in cut


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_every_colour_stands_out_from_its_ground(palette):
    """WCAG 2.2: 4.5 for text (1.4.3), 3 for what is drawn (1.4.11)."""
    for role, colour in palette.items():
        if role in ("ground", "grid"):
            continue
        least = 4.5 if role in ("ink", "soft") else 3.0
        assert contrast(colour, palette["ground"]) >= least, role


def contrast(one, other):
    first, second = sorted((luminance(one), luminance(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def luminance(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
