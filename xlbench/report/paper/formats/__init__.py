"""The ways to write a table down, by name. A new one is a file and a line."""

from __future__ import annotations

from collections.abc import Callable

from xlbench.report.paper.formats.as_csv import as_csv
from xlbench.report.paper.formats.html import html
from xlbench.report.paper.formats.latex import latex
from xlbench.report.paper.formats.markdown import markdown
from xlbench.report.paper.formats.text import text
from xlbench.report.paper.grid import Grid

FORMATS: dict[str, Callable[[Grid], str]] = {
    "text": text,
    "markdown": markdown,
    "latex": latex,
    "csv": as_csv,
    "html": html,
}
