"""Options of ``xlbench report`` that lay out a table, and the table that they ask for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from xlbench.cli.groups import flag
from xlbench.cli.options import names, one_of
from xlbench.errors import UserError

if TYPE_CHECKING:
    from xlbench.report.whole import Whole

TABLE = "The table of a paper"


class Format(StrEnum):
    """Forms of a table: text and tsv list the cells, text and the others lay out a table."""

    text = "text"
    tsv = "tsv"
    markdown = "markdown"
    latex = "latex"
    csv = "csv"
    html = "html"


@dataclass(frozen=True, slots=True)
class TableOptions:
    """What a table is to show, as the command line says it."""

    rows: Annotated[
        str | None,
        typer.Option(
            metavar="AXIS", help="language, task or arm (default: language).", rich_help_panel=TABLE
        ),
    ] = None
    columns: Annotated[
        str | None,
        typer.Option(
            metavar="AXIS",
            help="arm (side by side, each beside its change from the first), task or language "
            "(default: arm). Where cells are listed: the names of their columns.",
            rich_help_panel=TABLE,
        ),
    ] = None
    values: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="What is shown, separated by commas (default: metric,p50,throughput,memory).",
            rich_help_panel=TABLE,
        ),
    ] = None
    intervals: Annotated[
        bool, flag("--intervals", "95 % intervals of values, not of changes only.", TABLE)
    ] = False
    preset: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="xtreme: XTREME's own table (averages, groups, overall); stilts: what each arm "
            "buys and costs against the first, task by task; tradeoff: the same by language, task "
            "and group, arms NAME-s1, NAME-s2, ... as seeds of one kind.",
            rich_help_panel=TABLE,
        ),
    ] = None

    @property
    def given(self) -> bool:
        """Whether any asks for a table, and not for a list of cells."""
        return self.intervals or (self.rows, self.values, self.preset) != (None, None, None)


def laid_out(whole: Whole, asked: TableOptions, form: Format) -> str:
    """Return the table that the options ask for, as text of a format.

    Raises:
        UserError: a name is not known, or two options contradict each other.
    """
    from xlbench.report.paper.axes import axes
    from xlbench.report.paper.formats import FORMATS
    from xlbench.report.paper.layout import grid
    from xlbench.report.paper.presets import PRESETS

    write = FORMATS[one_of("--format of a table", form, tuple(FORMATS))]
    if asked.preset is None:
        values = None if asked.values is None else names("--values", asked.values)
        return write(grid(whole, axes(asked.rows, asked.columns, values, asked.intervals)))
    if (asked.rows, asked.columns, asked.values) != (None, None, None) or asked.intervals:
        raise UserError(
            "--preset has rows, columns and values of its own: leave out --rows, --columns, "
            "--values and --intervals"
        )
    return write(PRESETS[one_of("--preset", asked.preset, tuple(PRESETS))](whole))
