"""``xlbench report``: what recorded runs found, on the terminal or as a page."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from xlbench.cli.kept import check_file
from xlbench.cli.show import Columns, FormOption, show_cells
from xlbench.errors import UserError


def report(
    results: Annotated[
        list[Path], typer.Argument(metavar="RESULT...", help="Result folders of xlbench run.")
    ],
    html: Annotated[
        Path | None,
        typer.Option(
            help="Write a page with tables, intervals, plots and environment: one file that needs "
            "nothing else."
        ),
    ] = None,
    form: FormOption = None,
    columns: Columns = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print cells and averages as JSON instead of tables.")
    ] = False,
) -> None:
    """Print the tables and averages of recorded runs again, or write them as HTML.

    Example: xlbench report results/demo --html report.html
    """
    from xlbench.report.recorded import recorded

    if html is not None:
        check_file("--html", html)
    found = [recorded(folder) for folder in results]
    if html is not None:
        from xlbench.report.filters import Filters
        from xlbench.report.page.page import page
        from xlbench.report.whole import whole

        _write(html, page(whole(found, Filters(), raw=True)))
        print(f"xlbench: note: the page is in {html}", file=sys.stderr)
    if as_json:
        print(json.dumps([r.to_json() for r in found], indent=1, ensure_ascii=False))
        return
    show_cells({result.name: result.rows for result in found}, form, columns)
    for result in found:
        if result.manifest.status != "finished":
            print(
                f"xlbench: note: {result.name}: the run is {result.manifest.status}, not finished",
                file=sys.stderr,
            )


def _write(file: Path, text: str) -> None:
    from xlbench.results.files import write_text

    try:
        write_text(file, text)
    except OSError as error:
        raise UserError(f"--html {file}: can't be written ({error})") from None
