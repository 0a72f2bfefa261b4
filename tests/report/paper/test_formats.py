"""One table in each format: every number in it, nothing foreign taken for markup."""

import csv
import io
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlbench.report.paper.axes import axes
from xlbench.report.paper.formats import FORMATS
from xlbench.report.paper.formats.latex import latex, safe
from xlbench.report.paper.grid import NOTHING, Block, Column, Entry, Grid, Row
from xlbench.report.paper.layout import grid
from xlbench.report.paper.presets import PRESETS

HOSTILE = r"a|b & <b>c</b> 50% $x_1^2$ {d} #e ~f \input{/etc/passwd} `g` *h* [i](j) 模型 =1+1"


def made(name="base", heading="", note="a note"):
    columns = (Column("", "Avg."), Column("p50, ms", name), Column("p50, ms", "ratio"))
    entries = (
        Entry(61.25, second=50.0, mark="†"),
        Entry(1234.5678, digits=2),
        Entry(1.03, 0.98, 1.08, 3, verdicts={"slower": 1}),
    )
    missing = (NOTHING, Entry(-4.0, -6.0, -2.0, signed=True), Entry(1.0, verdicts={"faster": 2}))
    blocks = (Block(heading, (Row(name, entries), Row("other", missing))),)
    if heading:
        blocks += (Block("second", (Row("third", (NOTHING,) * 3),)),)
    return Grid("the title", "arm", columns, blocks, (note,))


@pytest.mark.parametrize("name", FORMATS)
def test_every_number_and_a_dash_for_what_is_missing(name):
    text = FORMATS[name](made())
    for number in ("61.2", "1,234.57", "1.030", "0.980", "1.080"):
        exact = {"61.2": "61.25", "1,234.57": "1234.5678"}.get(number, number.rstrip("0"))
        assert (exact if name == "csv" else number) in text
    assert "0.0" not in text.replace("1,234.57", "").replace("50.0", "")
    assert {"latex": "--", "csv": ",,"}.get(name, "–") in text


@pytest.mark.parametrize("name", FORMATS)
def test_the_end_is_a_single_line_feed(name):
    text = FORMATS[name](made(heading="first"))
    assert text.endswith("\n") and not text.endswith("\n\n")


def test_columns_of_text_are_aligned():
    lines = FORMATS["text"](made("a long name", heading="first")).splitlines()
    rule = next(line for line in lines if line.startswith("---"))
    ends = [match.end() for match in re.finditer("-+", rule)]
    for line in lines:
        if line.startswith(("a long name", "other", "third")):
            assert all(line[end - 1] != " " for end in ends[1:]) and len(line) == len(rule)


def test_csv_comes_back_with_all_digits():
    rows = list(csv.DictReader(io.StringIO(FORMATS["csv"](made(heading="first")))))
    assert float(rows[0]["p50, ms: base"]) == 1234.5678
    assert (rows[0]["Avg."], rows[0]["Avg. second"], rows[0]["Avg. note"]) == ("61.25", "50.0", "†")
    ends = [rows[0][f"p50, ms: ratio{end}"] for end in (" lo", " hi", " verdict")]
    assert ends == ["0.98", "1.08", "slower"]
    assert rows[1]["Avg."] == "" and rows[1]["p50, ms: ratio verdict"] == "2 faster"
    assert [row["block"] for row in rows] == ["first", "first", "second"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_a_name_is_no_formula_to_a_spreadsheet(text):
    (row, *_) = csv.DictReader(io.StringIO(FORMATS["csv"](made(text))))
    assert row["arm"] == f"'{text}"


@given(st.text())
def test_csv_survives_any_name(text):
    rows = list(csv.reader(io.StringIO(FORMATS["csv"](made(text)), newline="")))
    assert {len(row) for row in rows} == {len(rows[0])} and len(rows) == 3


@given(st.text())
def test_a_line_of_markdown_has_its_cells_whatever_a_name_holds(text):
    lines = [
        line
        for line in FORMATS["markdown"](made(text, note=text)).split("\n")
        if line.startswith("|")
    ]
    assert len(lines) == 4
    assert {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in lines} == {5}


def test_markdown_shows_a_name_as_it_is():
    text = FORMATS["markdown"](made(HOSTILE))
    assert r"a\|b \& \<b\>c\</b\> 50% \$x\_1^2\$" in text


@given(st.text())
def test_html_is_well_formed_whatever_a_name_holds(text):
    root = ET.fromstring(f"<div>{FORMATS['html'](made(text, text, text))}</div>")
    (table,) = root.findall("table")
    assert all(cell.get("scope") for cell in table.iter("th"))
    assert {len(row) for row in table.iter("tr")} <= {3, 4, 1}


@given(st.text())
def test_latex_has_balanced_braces_and_its_cells_whatever_a_name_holds(text):
    check_latex(latex(made(text, heading=text, note=text)))


def check_latex(text):
    """What TeX would trip over: braces, environments, cells of a row, commands of foreign text."""
    body = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    bare = re.sub(r"\\[\\{}$&#_%]", "", body)
    depth = 0
    for character in bare:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0 and bare.count("$") % 2 == 0
    assert re.findall(r"\\begin\{(\w+)\}", body) == re.findall(r"\\end\{(\w+)\}", body)[::-1]
    columns = len(re.search(r"\\begin\{(?:tabular|longtable)\}\{(\w+)\}", body)[1])
    for line in bare.splitlines():
        if "&" in line:
            spans = [int(n) for n in re.findall(r"\\multicolumn\{(\d+)\}", line)]
            assert line.count("&") + 1 + sum(spans) - len(spans) == columns
    known = (
        "begin end centering caption toprule midrule bottomrule cmidrule multicolumn emph "
        "addlinespace smallskip footnotesize par endfirsthead endhead triangle nabla times infty "
        "dagger textbackslash textasciicircum textasciitilde textasciigrave"
    )
    assert set(re.findall(r"\\([a-zA-Z]+)", bare)) <= set(known.split())
    assert all(ord(character) <= 0xFF for character in body)


def test_foreign_text_is_no_command():
    assert safe(r"\input{x}") == r"\textbackslash{}input\{x\}"
    assert safe("50% of $5 & #1_a ~ ^") == (
        r"50\% of \$5 \& \#1\_a \textasciitilde{} \textasciicircum{}"
    )
    assert safe("模") == "[U+6A21]"


def test_a_long_table_breaks_over_pages_and_repeats_its_head():
    rows = tuple(Row(f"row {n}", (NOTHING,) * 3) for n in range(60))
    long = latex(Grid("t", "arm", made().columns, (Block("", rows),)))
    check_latex(long)
    assert r"\begin{longtable}" in long and long.count(r"\toprule") == 2


def test_real_tables_are_latex(found):
    for text in tables(found):
        check_latex(text)


def tables(found):
    yield from (latex(preset(found)) for preset in PRESETS.values())
    for rows in ("language", "task", "arm"):
        yield latex(grid(found, axes(rows, None, ("metric", "p50", "memory"), True)))


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdfLaTeX is installed")
def test_latex_compiles(found, tmp_path):
    texts = [*tables(found), latex(made(HOSTILE, heading=HOSTILE, note=HOSTILE))]
    head = r"\documentclass{article}\usepackage{booktabs}\usepackage{longtable}\begin{document}"
    document = "\n".join([head, *texts, r"\end{document}"])
    (tmp_path / "doc.tex").write_text(document, encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "doc.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "doc.pdf").stat().st_size > 10_000
