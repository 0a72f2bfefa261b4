"""``xlbench history``: when did a cell's latency change?"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlbench.cli.groups import flag, spread
from xlbench.cli.kept import check_file
from xlbench.cli.options import percent
from xlbench.cli.show import put, terminal_width
from xlbench.cli.what import Selection
from xlbench.errors import UserError

if TYPE_CHECKING:
    from xlbench.history.changes import History
    from xlbench.history.series import Series

MOST_PANELS = 60
IN_A_LOG = 180
"""Columns of the table where there is no terminal."""


@spread("history")
def history(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder that holds the result folders.")
    ],
    selection: Selection,
    arm: Annotated[
        str | None, typer.Option(help="One arm, as it was written (default: all).")
    ] = None,
    false_discoveries: Annotated[
        str,
        typer.Option(
            help="Expected share of false ones among the changes; where nothing changed, the "
            "probability of finding any."
        ),
    ] = "5%",
    everything: Annotated[bool, flag("--all", "Show cells without a change, too.")] = False,
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a plot of what is shown.")
    ] = None,
    as_json: Annotated[bool, flag("--json", "Print all series and changes as JSON.")] = False,
) -> None:
    """Tell when the latency of a cell changed, over the recorded runs of a folder.

    Needs at least 8 runs of a cell on one machine; runs on different machines, or of
    different work, are never compared. Medians (p50) are judged.

    Example: xlbench history results --tasks xnli --svg history.svg
    """
    from xlbench.history.changes import history as judge
    from xlbench.history.series import load
    from xlbench.report.history import history_json, history_lines, history_notes
    from xlbench.report.paragraph import paragraph

    rate = percent("--false-discoveries", false_discoveries)
    loaded = load(folder)
    chosen = {
        "task": ("--tasks", selection.task_names),
        "language": ("--langs", selection.language_codes),
        "scenario": ("--scenario", selection.some_scenarios),
        "arm": ("--arm", None if arm is None else (arm,)),
    }
    found = judge(_chosen(loaded.series, chosen), rate)
    if svg is not None:
        check_file("--svg", svg)
        _plot(svg, found, everything)
    if as_json:
        print(json.dumps(history_json(found, loaded), indent=1, ensure_ascii=False))
        return

    width = terminal_width() if sys.stdout.isatty() else IN_A_LOG
    put(history_lines(found, list(loaded.machines), everything, width))
    for line in history_notes(found, loaded):
        put(paragraph(line, width, indent="  "))


def _chosen(
    series: Sequence[Series], chosen: dict[str, tuple[str, tuple[str, ...] | None]]
) -> list[Series]:
    left = list(series)
    for name, (option, wanted) in chosen.items():
        known = {getattr(one.key, name) for one in series}
        for value in wanted or ():
            if value not in known:
                raise UserError(
                    f"{option}: {value!r} is in none of the runs; they have "
                    f"{', '.join(sorted(known)) or 'nothing'}"
                )
        left = [one for one in left if wanted is None or getattr(one.key, name) in wanted]
    return left


def _plot(file: Path, found: History, everything: bool) -> None:
    from xlbench.report.history_plot import history_svg
    from xlbench.results.files import write_text

    lines = [line for line in (*found.means, *found.cells) if line.steps or everything]
    if not lines:
        lines = [line for line in (*found.means, *found.cells) if line.series.points]
    if not lines:
        raise UserError(f"--svg {file}: there is no series to draw")
    try:
        write_text(file, history_svg(lines[:MOST_PANELS]))
    except OSError as error:
        raise UserError(f"--svg {file}: can't be written ({error})") from None
    left_out = f" (the first {MOST_PANELS} of {len(lines)})" if len(lines) > MOST_PANELS else ""
    print(f"xlbench: note: the plot is in {file}{left_out}", file=sys.stderr)
