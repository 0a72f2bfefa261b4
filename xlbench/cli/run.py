"""``xlbench run``: measure arms over tasks and languages."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlbench.cli import arm_options as o
from xlbench.cli import exit_codes
from xlbench.cli.options import names, percent, seconds
from xlbench.cli.show import Columns, Form, FormOption, put, show_cells, terminal_width
from xlbench.errors import UserError
from xlbench.printable import command_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlbench.results.schema import Row

PRECISION, BUDGET = "2%", "60s"


def run(
    ckpt: Annotated[
        list[str] | None,
        typer.Option(
            "--ckpt",
            metavar="ARM",
            help="Checkpoint, suite or folder, with options: "
            "NAME\\[@key=value,...]. Several --ckpt are measured interleaved.",
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
        typer.Option(help="Processors of the workers, e.g. 0-3 (default: those allowed)."),
    ] = None,
    limit: o.Limit = None,
    precision: Annotated[
        str | None,
        typer.Option(
            help="A cell is done when the 95 % interval of its p50 is within this.",
            show_default=f"{PRECISION}; of a resumed run its own",
        ),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            help="Measuring time of the run; every cell is visited at least once.",
            show_default=f"{BUDGET}; of a resumed run its own",
        ),
    ] = None,
    processes: Annotated[
        int,
        typer.Option(min=1, help="Times the workers are started anew (for a baseline: 5 or more)."),
    ] = 1,
    seed: o.Seed = 0,
    weights: o.Weights = "trained",
    timeout: o.Timeout = "600s",
    checkpoints: o.Checkpoints = None,
    skip_malformed: o.SkipMalformed = False,
    out: Annotated[
        Path | None, typer.Option(help="Result folder (default: results/DATE-TIME).")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue the run in --out, with its own arguments.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Show cells, tokens, expected memory and time; measure nothing."
        ),
    ] = False,
    form: FormOption = None,
    columns: Columns = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print cells and averages as JSON instead of tables.")
    ] = False,
) -> None:
    """Measure latency, throughput, memory and accuracy, language by language.

    Example: xlbench run --ckpt base --ckpt stilts --tasks xnli --langs en,sw,th
    """
    from rich.console import Console

    from xlbench.arms import parse_arm
    from xlbench.checkpoints.catalogue import load_catalogue
    from xlbench.report.progress import Bar
    from xlbench.run.dry import estimate
    from xlbench.run.execute import execute
    from xlbench.run.prepare import prepare
    from xlbench.run.resume import resumed_settings
    from xlbench.settings import Settings

    told = Console(stderr=True)
    if resume:
        if out is None:
            raise UserError("--resume: say with --out which result folder to continue")
        settings = resumed_settings(
            out,
            ckpt,
            None if budget is None else seconds("--budget", budget),
            None if precision is None else percent("--precision", precision),
        )
    else:
        if not ckpt:
            raise UserError(
                "--ckpt is missing: name a checkpoint or suite; `xlbench list "
                "checkpoints` shows them, base and stilts need no network"
            )
        defaults = o.defaults(
            device=device,
            dtype=dtype,
            runtime=runtime,
            attn=attn,
            padding=padding,
            buckets=buckets,
            batch_size=batch_size,
            tokens_per_batch=tokens_per_batch,
            threads=threads,
            cpus=cpus,
            weights=weights,
        )
        arms = tuple(parse_arm(text, defaults) for text in ckpt)
        if len({arm.text for arm in arms}) < len(arms):
            raise UserError(
                "--ckpt: the same arm is named twice; every arm needs a text of its own"
            )
        settings = Settings(
            arms=arms,
            tasks=names("--tasks", tasks),
            languages=names("--langs", langs),
            scenarios=o.scenarios(scenario),
            data=data,
            limit=limit,
            precision=percent("--precision", precision or PRECISION),
            budget_s=seconds("--budget", budget or BUDGET),
            seed=seed,
            processes=processes,
            timeout_s=seconds("--timeout", timeout),
            skip_malformed=skip_malformed,
            checkpoints=None if checkpoints is None else str(checkpoints),
        )
    extra = None if settings.checkpoints is None else Path(settings.checkpoints)

    def warn(text: str) -> None:
        told.print(f"xlbench: note: {text}", highlight=False, soft_wrap=True)

    prepared = prepare(settings, load_catalogue(extra), warn)
    if dry_run:
        _show_estimate(estimate(prepared), as_json)
        return
    folder = out or Path("results") / time.strftime("%Y%m%d-%H%M%S")
    cells = len(prepared.plan.cells(settings.scenarios))
    with Bar(told, cells, settings.budget_s) as bar:
        result = execute(prepared, folder, command_line(["xlbench", *sys.argv[1:]]), bar, resume)
    _show(result.cells, as_json, form, columns)
    told.print(f"{cells} cells in {folder}", highlight=False, soft_wrap=True)
    if prepared.source.kind == "sample":
        warn("the embedded sample is for smoke tests: its scores say nothing about a model")
    if result.failed:
        for reason in dict.fromkeys(_first_line(row["error"]) for row in result.cells):
            if reason:
                told.print(f"xlbench: {reason}", highlight=False, soft_wrap=True, markup=False)
        told.print(
            f"xlbench: {result.failed} of {cells} cells failed; the rest was written. "
            f"Repeat them with: xlbench run --resume --out {folder}",
            soft_wrap=True,
            highlight=False,
        )
        nothing_else = result.failed == cells
        raise typer.Exit(exit_codes.USER_ERROR if nothing_else else exit_codes.CELLS_FAILED)


def _first_line(error: str | None) -> str:
    return (error or "").partition("\n")[0]


def _show(rows: Sequence[Row], as_json: bool, form: Form | None, columns: str | None) -> None:
    if not as_json:
        show_cells(rows, form, columns)
        return
    from xlbench.results.averages import averages

    value = {"cells": list(rows), "averages": averages(rows)}
    print(json.dumps(value, indent=1, ensure_ascii=False))


def _show_estimate(plan: dict[str, object], as_json: bool) -> None:
    if as_json:
        print(json.dumps(plan, indent=1, ensure_ascii=False))
        return
    from xlbench.report.plan import plan_lines

    put(plan_lines(plan, terminal_width()))
