"""``xlbench gate``: does CURRENT keep the limits against BASELINE? For CI."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlbench.cli import arm_options as o
from xlbench.cli import exit_codes
from xlbench.cli.compare import is_folder
from xlbench.cli.options import names, percent, seconds
from xlbench.errors import UserError

if TYPE_CHECKING:
    from xlbench.compare.live import Asked
    from xlbench.judge.gate import Gate, Limits


def gate(
    baseline: Annotated[
        str,
        typer.Argument(
            metavar="BASELINE",
            help="Arm NAME\\[@key=value,...] (measured live), or a result folder.",
        ),
    ],
    current: Annotated[
        str | None,
        typer.Argument(
            metavar="CURRENT",
            help="What is held against it; the same kind. Left out with --calibrate.",
        ),
    ] = None,
    max_drift: Annotated[
        str, typer.Option(help="Largest growth of latency and of the time of an offline pass.")
    ] = "5%",
    max_memory_growth: Annotated[
        str | None, typer.Option(help="Largest growth of peak memory (default: not checked).")
    ] = None,
    max_metric_drop: Annotated[
        float | None,
        typer.Option(
            min=0.0, help="Largest drop of the metric in percentage points (default: not checked)."
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 4 where a check is inconclusive.")
    ] = False,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="FORMAT[=FILE]",
            help="text, json, junit, github or markdown; to "
            "standard output, or appended (markdown) or written to FILE. May be repeated.",
        ),
    ] = None,
    calibrate: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Compare BASELINE N times with itself: false alarms, and the "
            "smallest drift that is found with 95 % power in the budget.",
        ),
    ] = None,
    tasks: o.Tasks = "all",
    langs: o.Langs = "all",
    scenario: o.ScenarioNames = "single-stream,offline",
    data: o.Data = "sample",
    device: o.Device = "auto",
    dtype: o.Dtype = "fp32",
    runtime: o.Runtime = "eager",
    attn: o.Attn = None,
    padding: o.Padding = "bucket",
    buckets: o.Buckets = None,
    batch_size: o.BatchSize = None,
    tokens_per_batch: o.TokensPerBatch = None,
    threads: o.Threads = None,
    cpus: Annotated[
        str | None,
        typer.Option(
            help="Processors that both arms share, e.g. 0-3 (default: one; on a GPU all)."
        ),
    ] = None,
    limit: o.Limit = None,
    budget: Annotated[
        str, typer.Option(help="Time of a live comparison, starts of workers included.")
    ] = "120s",
    processes: Annotated[
        int, typer.Option(min=3, help="Pairs of new processes at least; undecided cells get more.")
    ] = 5,
    start: o.StartName = "auto",
    seed: o.Seed = 0,
    weights: o.Weights = "trained",
    timeout: o.Timeout = "600s",
    checkpoints: o.Checkpoints = None,
    skip_malformed: o.SkipMalformed = False,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Result folder of a live comparison (default: results/compare-DATE-TIME)."
        ),
    ] = None,
    arm: Annotated[
        str | None, typer.Option(help="Recorded results: which arm, where a folder holds several.")
    ] = None,
    across_machines: Annotated[
        bool,
        typer.Option(
            "--across-machines",
            help="Recorded results: accept two machines, and compare in units "
            "of the reference kernel measured beside the cells.",
        ),
    ] = False,
) -> None:
    """Fail (exit 1) only where a limit is proven to be exceeded.

    A check passes if the drift is proven to be below the limit, and is inconclusive between
    the two: exit 0, or 4 with --strict.

    Example: xlbench gate results/main results/branch --max-drift 5% --format github
    """
    from xlbench.judge.gate import Limits
    from xlbench.judge.gate import gate as judged

    outputs = _outputs(formats or ["text"])
    limits = Limits(
        percent("--max-drift", max_drift),
        None if max_memory_growth is None else percent("--max-memory-growth", max_memory_growth),
        max_metric_drop,
    )
    live = not is_folder(baseline)
    if calibrate is None:
        if current is None:
            raise UserError(
                "CURRENT is missing: name what is held against the baseline, or pass --calibrate N"
            )
        if live == is_folder(current):
            raise UserError(
                f"{baseline} and {current}: expected two result folders or two arms, "
                "found one of each"
            )
    if not live and calibrate is None:
        from xlbench.judge.recorded import compare_recorded
        from xlbench.results.result import read_result

        one, other = read_result(Path(baseline)), read_result(Path(str(current)))
        comparison = compare_recorded(one, other, limits.max_drift, across_machines, arm)
        _finish(judged(comparison, limits), outputs, strict)
        return
    if not live:
        raise UserError(f"--calibrate measures live: name an arm, not the result folder {baseline}")
    from xlbench.cli.live import measure
    from xlbench.compare.live import Asked, store, two_arms
    from xlbench.settings import Settings

    options = o.defaults(
        device=device,
        dtype=dtype,
        runtime=runtime,
        attn=attn,
        padding=padding,
        buckets=buckets,
        batch_size=batch_size,
        tokens_per_batch=tokens_per_batch,
        threads=threads,
        weights=weights,
    )
    settings = Settings(
        arms=two_arms(baseline, current or baseline, options),
        tasks=names("--tasks", tasks),
        languages=names("--langs", langs),
        scenarios=o.scenarios(scenario),
        data=data,
        limit=limit,
        budget_s=seconds("--budget", budget),
        seed=seed,
        processes=processes,
        timeout_s=seconds("--timeout", timeout),
        skip_malformed=skip_malformed,
        checkpoints=None if checkpoints is None else str(checkpoints),
        start=o.start(start),
    )
    asked = Asked(settings, o.processors(cpus), limits.max_drift)
    if calibrate is not None:
        _calibrate(baseline, calibrate, asked, out, limits, outputs)
        return
    from xlbench.judge.gate import unproven

    comparison, folder = measure(asked, out, unproven(limits))
    found = judged(comparison, limits)
    store(comparison, folder, {"gate": found.to_json()})
    print(f"xlbench: written to {folder}", file=sys.stderr)
    _finish(found, outputs, strict)


def _outputs(formats: list[str]) -> list[tuple[str, str | None]]:
    from xlbench.report.gate import FORMATS

    outputs = []
    for text in formats:
        name, _, file = text.partition("=")
        if name not in FORMATS:
            raise UserError(f"--format: expected {', '.join(FORMATS)}, found {name!r}")
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
    if strict and found.outcome == "inconclusive":
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
        print(f"xlbench: A/A comparison {number + 1} of {times}", file=sys.stderr)
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
