"""``xlbench gate``: does CURRENT keep the limits against BASELINE? For CI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from xlbench.cli.calibrate import calibrate_arm
from xlbench.cli.compared import Live, OfRecorded
from xlbench.cli.complete import complete_arms
from xlbench.cli.gate_outputs import finish, outputs_of
from xlbench.cli.groups import OUTPUT, ArmFlags, flag, spread
from xlbench.cli.options import percent, points
from xlbench.cli.output import say
from xlbench.cli.recorded_pair import compare_sides, pair, refuse_of_recorded, side
from xlbench.cli.what import Selection, Source
from xlbench.errors import UserError

if TYPE_CHECKING:
    pass

LIMITS = "Limits"

_OF_RECORDED = frozenset(
    {
        "baseline",
        "current",
        "max_drift",
        "max_memory_growth",
        "max_metric_drop",
        "strict",
        "formats",
        "as_json",
    }
)
"""What applies to recorded results, options of cells and arms aside."""


@spread("gate")
def gate(
    context: typer.Context,
    baseline: Annotated[
        str,
        typer.Argument(
            metavar="BASELINE",
            help="Arm NAME\\[@key=value,...] (measured live), or a result: RESULT or RESULT:ARM.",
            autocompletion=complete_arms,
        ),
    ],
    selection: Selection,
    source: Source,
    arms: ArmFlags,
    live: Live,
    of_recorded: OfRecorded,
    current: Annotated[
        str | None,
        typer.Argument(
            metavar="CURRENT",
            help="What is held against it; the same kind. Left out with --calibrate.",
            autocompletion=complete_arms,
        ),
    ] = None,
    max_drift: Annotated[
        str,
        typer.Option(
            metavar="SHARE",
            help="Largest growth of latency and of the time of an offline pass.",
            rich_help_panel=LIMITS,
        ),
    ] = "5%",
    max_memory_growth: Annotated[
        str | None,
        typer.Option(
            metavar="SHARE",
            help="Largest growth of peak memory (default: not checked).",
            rich_help_panel=LIMITS,
        ),
    ] = None,
    max_metric_drop: Annotated[
        str | None,
        typer.Option(
            metavar="POINTS",
            help="Largest drop of the metric in percentage points, e.g. 0.5 (default: not "
            "checked).",
            rich_help_panel=LIMITS,
        ),
    ] = None,
    strict: Annotated[
        bool, flag("--strict", "Exit with 4 where a check is inconclusive.", LIMITS)
    ] = False,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="FORMAT[=FILE]",
            help="text, json, junit, github or markdown; to "
            "standard output, or appended (markdown) or written to FILE. May be repeated.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    as_json: Annotated[bool, flag("--json", "The same as --format json.", OUTPUT)] = False,
    calibrate: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Compare BASELINE N times with itself: false alarms, and the "
            "smallest drift that is found with 95 % power in the budget.",
        ),
    ] = None,
) -> None:
    """Fail (exit 1) only where a limit is proven to be exceeded.

    A check passes if the drift is proven to be below the limit, and is inconclusive between
    the two: exit 0, or 4 with --strict.

    Example: xlbench gate results/main results/branch --max-drift 5% --format github
    """
    from xlbench.judge.gate import Limits
    from xlbench.judge.gate import gate as judged

    outputs = outputs_of(formats or (["json"] if as_json else ["text"]))
    limits = Limits(
        percent("--max-drift", max_drift),
        None if max_memory_growth is None else percent("--max-memory-growth", max_memory_growth),
        None if max_metric_drop is None else points("--max-metric-drop", max_metric_drop),
    )
    if calibrate is not None:
        if side(baseline) is not None or current is not None:
            raise UserError(
                "--calibrate measures one arm live against itself: name an arm as BASELINE, and no "
                "CURRENT"
            )
    else:
        if current is None and side(baseline) is None:
            raise UserError(
                "CURRENT is missing: name what is held against the baseline, or pass --calibrate N"
            )
        sides = pair(baseline, current)
        if sides is not None:
            (comparison,) = compare_sides(
                context, sides, limits.max_drift, selection, of_recorded, _OF_RECORDED
            )
            finish(judged(comparison, limits), outputs, strict)
            return
    refuse_of_recorded(context)
    from xlbench.cli.live import measure, say_if_same, show_plan
    from xlbench.compare.live import store

    asked = live.asked((baseline, current or baseline), selection, source, arms, limits.max_drift)
    if live.dry_run:
        if calibrate is not None:
            raise UserError("--dry-run shows what one comparison takes: leave out --calibrate")
        show_plan(asked, as_json)
        return
    if calibrate is not None:
        calibrate_arm(baseline, calibrate, asked, live.out, limits, outputs)
        return
    say_if_same(asked.settings.arms)
    from xlbench.judge.gate import unproven

    comparisons, folder = measure(asked, live.out, unproven(limits), live.address)
    found = judged(comparisons[0], limits)
    store(comparisons, folder, {"gate": found.to_json()})
    say(f"xlbench: written to {folder}")
    finish(found, outputs, strict)
