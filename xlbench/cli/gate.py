"""``xlbench gate``: does CURRENT keep the limits against BASELINE? For CI."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlbench.cli import exit_codes
from xlbench.cli.compared import Live, OfRecorded
from xlbench.cli.complete import complete_arms
from xlbench.cli.groups import OUTPUT, ArmFlags, flag, spread
from xlbench.cli.options import percent, points
from xlbench.cli.output import say
from xlbench.cli.recorded_pair import compare_sides, pair, refuse_of_recorded, side
from xlbench.cli.what import Selection, Source
from xlbench.did_you_mean import did_you_mean
from xlbench.errors import UserError
from xlbench.printable import shown

if TYPE_CHECKING:
    from xlbench.compare.live import Asked
    from xlbench.judge.gate import Gate, Limits

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

    outputs = _outputs(formats or (["json"] if as_json else ["text"]))
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
            comparison = compare_sides(
                context, sides, limits.max_drift, selection, of_recorded, _OF_RECORDED
            )
            _finish(judged(comparison, limits), outputs, strict)
            return
    refuse_of_recorded(context)
    from xlbench.cli.live import measure, say_if_same
    from xlbench.compare.live import store

    asked = live.asked((baseline, current or baseline), selection, source, arms, limits.max_drift)
    if calibrate is not None:
        _calibrate(baseline, calibrate, asked, live.out, limits, outputs)
        return
    say_if_same(*asked.settings.arms)
    from xlbench.judge.gate import unproven

    comparison, folder = measure(asked, live.out, unproven(limits))
    found = judged(comparison, limits)
    store(comparison, folder, {"gate": found.to_json()})
    say(f"xlbench: written to {folder}")
    _finish(found, outputs, strict)


def _outputs(formats: list[str]) -> list[tuple[str, str | None]]:
    from xlbench.report.gate import FORMATS

    outputs = []
    for text in formats:
        name, _, file = text.partition("=")
        if name not in FORMATS:
            raise UserError(
                f"--format: expected {', '.join(FORMATS)}, found {shown(name)}"
                f"{did_you_mean(name, FORMATS)}"
            )
        outputs.append((name, file or None))
    return outputs


def _finish(found: Gate, outputs: list[tuple[str, str | None]], strict: bool) -> None:
    """Write the outcome in all forms asked for, and leave with its exit code."""
    from xlbench.report.gate import FORMATS

    for name, file in outputs:
        text = FORMATS[name](found)
        if file is None:
            print(text, end="")
            continue
        try:
            # A job summary is a file that every step adds to.
            with Path(file).open("a" if name == "markdown" else "w", encoding="utf-8") as stream:
                stream.write(text)
        except OSError as error:
            raise UserError(f"--format {name}={file}: can't be written: {error.strerror}") from None
    if found.outcome == "fail":
        raise typer.Exit(exit_codes.FAILED)
    if any(check.error for check in found.checks):
        raise typer.Exit(exit_codes.CELLS_FAILED)
    # Whoever gates on nothing must not take it for a pass.
    if not found.judged or (strict and found.outcome == "inconclusive"):
        raise typer.Exit(exit_codes.NOT_PROVEN)


def _calibrate(
    arm: str,
    times: int,
    asked: Asked,
    out: Path | None,
    limits: Limits,
    outputs: list[tuple[str, str | None]],
) -> None:
    from dataclasses import replace

    from xlbench.cli.live import measure
    from xlbench.judge.calibrate import calibration
    from xlbench.judge.gate import unproven

    comparisons = []
    for number in range(times):
        say(f"xlbench: A/A comparison {number + 1} of {times}")
        settings = replace(asked.settings, seed=asked.settings.seed + number)
        folder = None if out is None else out / f"{number + 1:03d}"
        each = replace(asked, settings=settings)
        comparisons.append(measure(each, folder, unproven(limits))[0])
    found = calibration(comparisons, limits)
    if ("json", None) in outputs:
        print(json.dumps(found.to_json(), indent=1))
        return
    drift = found.detectable_drift
    print(
        f"{found.false_alarms} false alarms in {found.comparisons} comparisons of {arm} with "
        f"itself at --max-drift {limits.max_drift:.1%} (rate at most "
        f"{found.false_alarm_rate_hi:.1%} with 95 % confidence)"
    )
    if drift is None:
        print("no cell had enough processes for an estimate")
    else:
        print(
            "smallest drift of a cell that is proven beyond the limit with 95 % power in "
            f"{asked.settings.budget_s:g} s: {drift:.1%} (standard error "
            f"{found.typical_se:.2%})"
        )
