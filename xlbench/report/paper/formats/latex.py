"""A table for a paper, with booktabs; one that is longer than a page with longtable.

It compiles with pdfLaTeX, XeLaTeX and LuaLaTeX without further packages.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlbench.report.numbers import DASH
from xlbench.report.paper.formats.words import plain
from xlbench.report.paper.grid import Grid

PAGE_ROWS = 40
"""More rows than this do not fit on a page with their caption."""

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "^": r"\textasciicircum{}",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "%": r"\%",
    "<": r"$<$",
    ">": r"$>$",
    "|": r"$|$",
    '"': r"''",
    "`": r"\textasciigrave{}",
    "−": r"$-$",
    DASH: "--",
    "▲": r"$\triangle$",
    "▼": r"$\nabla$",
    "=": r"$=$",
    "?": "?",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "†": r"$^\dagger$",
    "×": r"$\times$",
    "∞": r"$\infty$",
}
_LAST_LATIN = 0xFF


def latex(grid: Grid) -> str:
    """Return a ``table`` or ``longtable`` environment with caption and notes."""
    long = sum(len(block.rows) + 1 for block in grid.blocks) > PAGE_ROWS
    packages = r"\usepackage{booktabs}" + (r" \usepackage{longtable}" if long else "")
    head = list(_head(grid))
    body = list(_body(grid))
    columns = "l" + "r" * len(grid.columns)
    notes = " ".join(map(safe, grid.notes))
    if long:
        lines = [
            rf"\begin{{longtable}}{{{columns}}}",
            rf"\caption{{{safe(grid.title)}}}\\",
            *head,
            r"\endfirsthead",
            *head,
            r"\endhead",
            *body,
            r"\bottomrule",
            r"\end{longtable}",
            rf"{{\footnotesize {notes}\par}}",
        ]
    else:
        lines = [
            r"\begin{table}",
            r"\centering",
            rf"\caption{{{safe(grid.title)}}}",
            rf"\begin{{tabular}}{{{columns}}}",
            *head,
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            "",
            r"\smallskip",
            rf"{{\footnotesize {notes}\par}}",
            r"\end{table}",
        ]
    return "\n".join([f"% needs {packages}", *lines]) + "\n"


def safe(text: str) -> str:
    """Return text in which nothing is a command; what is not Latin stands as its code point.

    pdfLaTeX stops at a character for which its font has no glyph.
    """
    return "".join(map(_character, " ".join(text.split())))


def _character(character: str) -> str:
    if character in _SPECIAL:
        return _SPECIAL[character]
    return character if 0x20 <= ord(character) <= _LAST_LATIN else f"[U+{ord(character):04X}]"


def _head(grid: Grid) -> Iterator[str]:
    yield r"\toprule"
    if grid.spanned:
        cells, rules, at = [""], [], 2
        for name, count in grid.spans:
            cells.append(rf"\multicolumn{{{count}}}{{c}}{{{safe(name)}}}")
            if name:
                rules.append(rf"\cmidrule(lr){{{at}-{at + count - 1}}}")
            at += count
        yield f"{' & '.join(cells)} \\\\"
        yield " ".join(rules)
    heads = (safe(column.head) for column in grid.columns)
    yield f"{' & '.join((safe(grid.corner), *heads))} \\\\"
    yield r"\midrule"


def _body(grid: Grid) -> Iterator[str]:
    for number, block in enumerate(grid.blocks):
        if block.heading:
            if number:
                yield r"\addlinespace"
            width = len(grid.columns) + 1
            yield rf"\multicolumn{{{width}}}{{l}}{{\emph{{{safe(block.heading)}}}}} \\*"
        for row in block.rows:
            entries = (safe(plain(entry)) for entry in row.entries)
            yield f"{' & '.join((safe(row.name), *entries))} \\\\"
