"""Options of arms and of what is measured, shared by the commands that measure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlbench.cell import SCENARIOS, Scenario
from xlbench.errors import UserError

if TYPE_CHECKING:
    from xlbench.arms import Options
    from xlbench.settings import Start

Tasks = Annotated[str, typer.Option(help="all, or names separated by commas.")]
Langs = Annotated[str, typer.Option(help="all, or two-letter codes.")]
ScenarioNames = Annotated[
    str,
    typer.Option(
        help="single-stream (one example at a time: latency) and offline (batches: throughput, "
        "metric)."
    ),
]
Data = Annotated[
    str,
    typer.Option(help="sample, hub, or a folder of XTREME's files or of the Hub's parquet files."),
]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda:N.")]
Dtype = Annotated[str, typer.Option(help="fp32, bf16 or fp16.")]
Runtime = Annotated[str, typer.Option(help="eager, compile or cudagraph.")]
Attn = Annotated[
    str | None, typer.Option(help="Attention: sdpa, eager, ... (default: the library's).")
]
Padding = Annotated[str, typer.Option(help="max, longest or bucket.")]
Buckets = Annotated[
    int | None,
    typer.Option(min=1, help="Padded lengths (default: the fewest that reach 97 % efficiency)."),
]
BatchSize = Annotated[int | None, typer.Option(min=1, help="Rows per offline batch.")]
TokensPerBatch = Annotated[
    int | None,
    typer.Option(
        min=1, help="Padded tokens per offline batch (default: 1024 on a CPU, 4096 on CUDA)."
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(min=1, help="Intra-op threads (default: one for each processor used)."),
]
Limit = Annotated[int | None, typer.Option(min=1, help="Examples per cell at most.")]
Seed = Annotated[int, typer.Option(min=0, help="Of all random orders and weights.")]
Weights = Annotated[
    str,
    typer.Option(help="trained, or random: the true architecture, for latency and memory only."),
]
Timeout = Annotated[str, typer.Option(help="Longest time of one visit.")]
Checkpoints = Annotated[
    Path | None, typer.Option(help="A YAML file of further checkpoints and suites.")
]
SkipMalformed = Annotated[
    bool,
    typer.Option("--skip-malformed", help="Leave malformed rows out; they are counted."),
]

StartName = Annotated[
    str,
    typer.Option(
        help="How the workers of each pair start: forked from a process that has made their "
        "imports, fresh programs, or auto: forked where both arms share interpreter and "
        "environment and run on a CPU."
    ),
]


def defaults(**flags: object) -> Options:
    """Return the options that the command line's flags set for all arms.

    Raises:
        UserError: a value is not known, or two contradict each other.
    """
    from xlbench.arms import options_from

    return options_from({k: None if v is None else str(v) for k, v in flags.items()})


def processors(text: str | None) -> tuple[int, ...] | None:
    """Return the processors that ``--cpus`` names, e.g. ``0-3,6``.

    Raises:
        UserError: it can't be parsed.
    """
    return None if text is None else defaults(cpus=text).cpus


def start(text: str) -> Start:
    """Return how ``--start`` says that workers start.

    Raises:
        UserError: it is not known.
    """
    from xlbench.settings import STARTS

    for known in STARTS:
        if text == known:
            return known
    raise UserError(f"--start: expected {', '.join(STARTS)}, found {text!r}")


def scenarios(text: str) -> tuple[Scenario, ...]:
    """Return the scenarios of a comma-separated list, in the order of ``SCENARIOS``.

    Raises:
        UserError: one is not known.
    """
    from xlbench.cli.options import names

    asked = names("--scenario", text) or SCENARIOS
    for name in asked:
        if name not in SCENARIOS:
            raise UserError(f"--scenario: expected {' or '.join(SCENARIOS)}, found {name!r}")
    return tuple(name for name in SCENARIOS if name in asked)
