"""``xlbench run``: measure arms over tasks and languages."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xlbench.cli import exit_codes
from xlbench.cli.complete import complete_arms
from xlbench.cli.given import given_options, refuse
from xlbench.cli.groups import EXACT, OUTPUT, ArmFlags, flag, spread
from xlbench.cli.kept import keep_in
from xlbench.cli.machines import Address, EngineName, unit_bar
from xlbench.cli.options import one_of, percent, seconds
from xlbench.cli.output import note, say
from xlbench.cli.show import Columns, Form, FormOption, show_cells, show_plan
from xlbench.cli.what import Selection, Source
from xlbench.errors import UserError
from xlbench.printable import command_line
from xlbench.settings import ENGINES

PRECISION, BUDGET = "2%", "60s"


if TYPE_CHECKING:
    from xlbench.report.progress import Bar
    from xlbench.settings import Settings

_OF_RESUMED = frozenset(
    {
        *("resume", "out", "ckpt", "budget", "precision", "address"),
        *("form", "columns", "as_json", "dry_run"),
    }
)
"""What ``run --resume`` takes; the rest is as in the run that is continued."""


@spread("run")
def run(
    context: typer.Context,
    selection: Selection,
    source: Source,
    arms: ArmFlags,
    ckpt: Annotated[
        list[str] | None,
        typer.Option(
            "--ckpt",
            metavar="ARM",
            help="Checkpoint, suite or folder, with options: "
            "NAME\\[@key=value,...]. Several --ckpt are measured interleaved.",
            autocompletion=complete_arms,
        ),
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(
            metavar="SHARE",
            help="A cell is done when the 95 % interval of its p50 is within this.",
            show_default=f"{PRECISION}; of a resumed run its own",
            rich_help_panel=EXACT,
        ),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Measuring time of the run; every cell is visited at least once.",
            show_default=f"{BUDGET}; of a resumed run its own",
            rich_help_panel=EXACT,
        ),
    ] = None,
    processes: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="N",
            help="Times the workers are started anew (for a baseline: 5 or more).",
            rich_help_panel=EXACT,
        ),
    ] = 1,
    engine: EngineName = "local",
    address: Address = "auto",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Result folder (default: results/DATE-TIME-ID).",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    resume: Annotated[
        bool, flag("--resume", "Continue the run in --out, with its own arguments.")
    ] = False,
    dry_run: Annotated[
        bool,
        flag("--dry-run", "Show cells, tokens, expected memory and time; measure nothing."),
    ] = False,
    form: FormOption = None,
    columns: Columns = None,
    as_json: Annotated[
        bool, flag("--json", "Print cells and averages as JSON instead of tables.", OUTPUT)
    ] = False,
) -> None:
    """Measure latency, throughput, memory and accuracy, language by language.

    Example: xlbench run --ckpt base --ckpt stilts --tasks xnli --langs en,sw,th
    """
    from xlbench.api.measuring import measured, new_folder_name, plan
    from xlbench.run.resume import resumed_settings

    if resume:
        if out is None:
            raise UserError("--resume: say with --out which result folder to continue")
        refuse(given_options(context) - _OF_RESUMED, "a run that is continued keeps its own")
        settings = resumed_settings(
            out,
            ckpt,
            None if budget is None else seconds("--budget", budget),
            None if precision is None else percent("--precision", precision),
        )
    else:
        settings = _settings(selection, source, arms, ckpt or [], precision, budget, processes)
        settings = replace(settings, engine=one_of("--engine", engine, ENGINES))
    if dry_run:
        show_plan(plan(settings, note), as_json)
        return
    folder = out or new_folder_name()
    keep_in(folder, resumes=True)
    command = command_line(["xlbench", *sys.argv[1:]])
    result = measured(
        settings,
        folder,
        display=_bar,
        warn=note,
        command=command,
        again=resume,
        address=address,
        watch=unit_bar() if settings.engine == "ray" else None,
    ).result
    cells = len(result.cells)
    _show(result.cells, as_json, form, columns)
    say(f"{cells} cells in {folder}")
    if result.manifest.data.kind == "sample":
        note("the embedded sample is for smoke tests: its scores say nothing about a model")
    nodes = {row["node"] for row in result.cells if row["node"]}
    if len(nodes) > 1:
        note(
            f"the cells were measured on {len(nodes)} machines (column node): times of different "
            "machines can't be held side by side"
        )
    if result.failed:
        for reason in dict.fromkeys(_first_line(row["error"]) for row in result.cells):
            if reason:
                say(f"xlbench: {reason}")
        say(
            f"xlbench: {result.failed} of {cells} cells failed; the rest was written. "
            f"Repeat them with: xlbench run --resume --out {folder}"
        )
        nothing_else = result.failed == cells
        raise typer.Exit(exit_codes.USER_ERROR if nothing_else else exit_codes.CELLS_FAILED)


def _settings(
    selection: Selection,
    source: Source,
    arms: ArmFlags,
    ckpt: list[str],
    precision: str | None,
    budget: str | None,
    processes: int,
) -> Settings:
    from xlbench.api.measuring import settings_of

    if not ckpt:
        raise UserError(
            "--ckpt is missing: name a checkpoint or suite; `xlbench list "
            "checkpoints` shows them, base and stilts need no network"
        )
    return settings_of(
        ckpt,
        arms.options(),
        tasks=selection.task_names,
        languages=selection.language_codes,
        scenarios=selection.scenarios,
        data=source.data,
        limit=source.limit,
        sample=source.sample,
        split=source.which_split,
        precision=percent("--precision", precision or PRECISION),
        budget_s=seconds("--budget", budget or BUDGET),
        seed=source.seed,
        processes=processes,
        timeout_s=source.timeout_s,
        skip_malformed=source.skip_malformed,
        checkpoints=None if source.checkpoints is None else str(source.checkpoints),
    )


def _bar(cells: int, budget_s: float) -> Bar:
    from rich.console import Console

    from xlbench.report.progress import Bar

    return Bar(Console(stderr=True), cells, budget_s)


def _first_line(error: str | None) -> str:
    return (error or "").partition("\n")[0]


def _show(
    rows: Sequence[Mapping[str, Any]], as_json: bool, form: Form | None, columns: str | None
) -> None:
    if not as_json:
        show_cells({"": rows}, form, columns)
        return
    from xlbench.results.averages import averages

    value = {"cells": rows, "averages": averages(rows)}
    print(json.dumps(value, indent=1, ensure_ascii=False))
