"""How results leave: fitted tables on a terminal, tab-separated values through a pipe.

Results go to standard output. Through a pipe that is the table and nothing else; what a
reader should know beside it goes to standard error.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from xlbench.cli.options import names
from xlbench.printable import is_printable, printable

if TYPE_CHECKING:
    from rich.text import Text

    from xlbench.judge.comparison import Comparison


class Form(StrEnum):
    """Forms of a table on standard output."""

    text = "text"
    tsv = "tsv"


Columns = Annotated[
    str | None,
    typer.Option(
        help="Columns of the table, in this order, whatever the width (default: those that fit)."
    ),
]
FormOption = Annotated[
    Form | None,
    typer.Option("--format", help="Default: text on a terminal, tsv through a pipe."),
]


def terminal_width() -> int:
    """Return the columns of the terminal; ``COLUMNS``, or 80, where there is none."""
    return shutil.get_terminal_size((80, 24)).columns


def form_of(asked: Form | None) -> Form:
    """Return the form asked for, or the one that suits where standard output goes."""
    if asked is not None:
        return asked
    return Form.text if sys.stdout.isatty() else Form.tsv


def column_names(text: str | None) -> tuple[str, ...] | None:
    """Return the names in ``--columns``, ``all`` among them; ``None`` where it was not given.

    Raises:
        UserError: there are none.
    """
    return None if text is None else names("--columns", text) or ("all",)


def put(lines: Iterable[Text], stream: TextIO | None = None) -> None:
    """Print lines as they are: none is wrapped, none cut.

    Control characters of names and errors in them are written out.
    """
    from rich.console import Console

    out = Console(file=stream or sys.stdout)
    for line in lines:
        out.print(_safe(line), soft_wrap=True, highlight=False, markup=False)


def _safe(line: Text) -> Text:
    if is_printable(line.plain):
        return line
    from rich.text import Text

    return Text(printable(line.plain, limit=len(line.plain)), style=line.style)


def show_cells(
    results: Mapping[str, Sequence[Mapping[str, Any]]],
    form: Form | None = None,
    columns: str | None = None,
) -> None:
    """Print the table of the cells, XTREME's averages and a note for each flag.

    Args:
        results: rows of the ``cells`` table by the name of the result.
        form: of the table; ``None``: what suits where standard output goes.
        columns: as ``--columns`` has them.
    """
    from xlbench.report.averages import average_lines
    from xlbench.report.table import cell_lines, cell_tsv, notes
    from xlbench.results.averages import averages

    chosen, width = column_names(columns), terminal_width()
    is_tsv = form_of(form) is Form.tsv
    beside = sys.stderr if is_tsv else sys.stdout
    if is_tsv:
        print(cell_tsv(results, chosen), end="")
    for name, rows in results.items():
        if len(results) > 1:
            print(f"{printable(name)}:", file=beside)
        if not is_tsv:
            put(cell_lines(rows, width, chosen))
        put(average_lines(averages(rows), width), beside)
        _put_notes(notes(rows), width, beside)


def show_plan(plan: Mapping[str, Any], as_json: bool) -> None:
    """Print what would be measured."""
    from xlbench.report.plan import plan_lines

    if as_json:
        print(json.dumps(plan, indent=1, ensure_ascii=False))
        return
    put(plan_lines(plan, terminal_width()))


def show_comparisons(
    comparisons: Sequence[Comparison], form: Form | None = None, columns: str | None = None
) -> None:
    """Print the tables of comparisons with one first arm and what they come to."""
    from xlbench.report.comparison import comparison_lines, comparison_tsv, conclusion
    from xlbench.report.standings import comparisons_tsv, standing_lines

    chosen, width = column_names(columns), terminal_width()
    beside, many = sys.stdout, len(comparisons) > 1
    is_tsv = form_of(form) is Form.tsv
    if is_tsv:
        told = comparisons_tsv if many else lambda each, names: comparison_tsv(each[0], names)
        print(told(comparisons, chosen), end="")
        beside = sys.stderr
    for comparison in comparisons:
        if not is_tsv:
            put(comparison_lines(comparison, width, chosen))
        if many:
            print(f"\n{printable(comparison.b)}:", file=beside)
        _put_notes(conclusion(comparison), width, beside)
    if many:
        put(standing_lines(comparisons, width), beside)


def _put_notes(notes: Sequence[str], width: int, stream: TextIO) -> None:
    """Notes keep to the width of a terminal; in a log each is one line, to be searched for."""
    from xlbench.report.paragraph import paragraph

    if notes:
        print(file=stream)
    if stream is sys.stderr and not stream.isatty():
        width = 10**6
    for note in notes:
        put(paragraph(note, width, indent="  "), stream)
