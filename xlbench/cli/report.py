"""``xlbench report``: what recorded runs found, as tables, as a page, as figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlbench.cli.groups import OUTPUT, WHAT, flag, spread
from xlbench.cli.kept import check_file, check_folder
from xlbench.cli.options import names, one_of
from xlbench.cli.output import note
from xlbench.cli.show import Form, show_cells
from xlbench.cli.table_options import Format, TableOptions, laid_out
from xlbench.cli.what import Selection
from xlbench.errors import UserError

if TYPE_CHECKING:
    from xlbench.report.filters import Filters
    from xlbench.report.recorded import Recorded


@spread("report")
def report(
    results: Annotated[
        list[Path],
        typer.Argument(
            metavar="RESULT...", help="Result folders of xlbench run and xlbench compare."
        ),
    ],
    selection: Selection,
    table: TableOptions,
    arm: Annotated[
        str,
        typer.Option(help="all, or names of arms separated by commas.", rich_help_panel=WHAT),
    ] = "all",
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="Of what is printed. Cells: text or tsv (default: text on a terminal, tsv "
            "through a pipe); a table: all but tsv (default: text).",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write a page: summary, pictures, tables; one file that needs nothing else.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Write the pictures of that page into this folder, a file each.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    figure_format: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help="Of the pictures: svg, pdf (needs xlbench\\[plots]) or both.",
            rich_help_panel=OUTPUT,
        ),
    ] = "svg,pdf",
    as_json: Annotated[
        bool, flag("--json", "Print cells and averages as JSON instead of tables.", OUTPUT)
    ] = False,
) -> None:
    """Show recorded results: their cells, a table for a paper, a page, figures.

    Several folders stand in one table; verdicts of a comparison's folder stand beside the
    numbers of the others.

    Example: xlbench report results/base results/compared --rows task --format latex
    """
    from xlbench.report.filters import Filters
    from xlbench.report.recorded import recorded
    from xlbench.report.whole import chosen, whole

    if html is not None:
        check_file("--html", html)
    if figures is not None:
        check_folder("--figures", figures)
    filters = Filters(selection.wanted, _arms(arm))
    found = [recorded(folder) for folder in results]
    if html is not None:
        _page(found, filters, html)
    if figures is not None:
        _figures(found, filters, figures, figure_format)
    if as_json:
        kept = chosen(found, filters)
        print(json.dumps([r.to_json() for r in kept], indent=1, ensure_ascii=False))
    elif table.given or form in _TABLES_ONLY:
        print(laid_out(whole(found, filters), table, form or Format.text), end="")
    else:
        _listed(chosen(found, filters), form, table.columns)


_TABLES_ONLY = (Format.markdown, Format.latex, Format.csv, Format.html)


def _arms(text: str) -> tuple[str, ...] | None:
    """Commas among an arm's own options belong to it: ``a,b@x=1,y=2`` are two arms."""
    parts: list[str] = []
    for part in names("--arm", text) or ():
        if parts and "@" in parts[-1] and "@" not in part and "=" in part:
            parts[-1] += f",{part}"
        else:
            parts.append(part)
    return tuple(parts) or None


def _listed(found: Sequence[Recorded], form: Format | None, columns: str | None) -> None:
    named = {result.name: result.rows for result in found}
    show_cells(named, None if form is None else Form(form), columns)
    for result in found:
        if result.manifest.status != "finished":
            note(f"{result.name}: the run is {result.manifest.status}, not finished")


def _page(found: Sequence[Recorded], filters: Filters, file: Path) -> None:
    from xlbench.report.page.page import page
    from xlbench.report.whole import whole
    from xlbench.results.files import write_text

    text = page(whole(found, filters, raw=True))
    _writing("--html", file, lambda: write_text(file, text))
    note(f"the page is in {file}")


def _figures(found: Sequence[Recorded], filters: Filters, folder: Path, formats: str) -> None:
    from xlbench.report.figure_files import FORMATS, write_figures
    from xlbench.report.whole import whole

    asked = names("--figure-format", formats) or tuple(FORMATS)
    endings = [one_of("--figure-format", ending, tuple(FORMATS)) for ending in asked]
    drawn = whole(found, filters, raw=True)
    written: list[Path] = []
    _writing("--figures", folder, lambda: written.extend(write_figures(drawn, folder, endings)))
    note(f"{len(written)} figures are in {folder}")


def _writing(option: str, path: Path, write: Callable[[], object]) -> None:
    try:
        write()
    except OSError as error:
        raise UserError(f"{option} {path}: can't be written ({error})") from None
