"""``xlbench history``: when did a cell's latency change?"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlbench.cli.options import names, percent
from xlbench.cli.show import console
from xlbench.errors import UserError

if TYPE_CHECKING:
    from xlbench.history.changes import History
    from xlbench.history.series import Series

MOST_PANELS = 60


def history(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder that holds the result folders.")
    ],
    task: Annotated[str, typer.Option(help="all, or names separated by commas.")] = "all",
    lang: Annotated[str, typer.Option(help="all, or two-letter codes.")] = "all",
    scenario: Annotated[str, typer.Option(help="all, single-stream or offline.")] = "all",
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
    everything: Annotated[
        bool, typer.Option("--all", help="Show cells without a change, too.")
    ] = False,
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a plot of what is shown.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print all series and changes as JSON.")
    ] = False,
) -> None:
    """Tell when the latency of a cell changed, over the recorded runs of a folder.

    Needs at least 8 runs of a cell on one machine; runs on different machines, or of
    different work, are never compared. Medians (p50) are judged.

    Example: xlbench history results --task xnli --svg history.svg
    """
    from xlbench.history.changes import history as judge
    from xlbench.history.series import load
    from xlbench.report.history import history_json, history_notes, history_table

    rate = percent("--false-discoveries", false_discoveries)
    loaded = load(folder)
    chosen = {
        "task": ("--task", names("--task", task)),
        "language": ("--lang", names("--lang", lang)),
        "scenario": ("--scenario", names("--scenario", scenario)),
        "arm": ("--arm", None if arm is None else (arm,)),
    }
    found = judge(_chosen(loaded.series, chosen), rate)
    if svg is not None:
        _plot(svg, found, everything)
    if as_json:
        print(json.dumps(history_json(found, loaded), indent=1, ensure_ascii=False))
        return

    out = console(180)
    table = history_table(found, list(loaded.machines), everything)
    if table is not None:
        out.print(table, highlight=False)
    for line in history_notes(found, loaded):
        out.print(line, highlight=False, soft_wrap=True, markup=False)


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
