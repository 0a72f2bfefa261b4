"""``xlbench compare``: two arms live and interleaved, or two result folders as recorded."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlbench.cli import arm_options as o
from xlbench.cli import exit_codes
from xlbench.cli.options import names, percent, seconds
from xlbench.cli.show import Columns, Form, FormOption, show_comparison
from xlbench.errors import UserError

if TYPE_CHECKING:
    from xlbench.judge.comparison import Comparison


def compare(
    a: Annotated[
        str, typer.Argument(metavar="A", help="Arm NAME\\[@key=value,...], or a result folder.")
    ],
    b: Annotated[str, typer.Argument(metavar="B", help="What is held against A.")],
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
    margin: Annotated[str, typer.Option(help="Largest ratio that counts as no difference.")] = "2%",
    budget: Annotated[
        str,
        typer.Option(
            help="Time of the comparison, starts of workers included; the least number of "
            "processes is run whatever it says."
        ),
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
    assert_equal: Annotated[
        bool, typer.Option("--assert", help="Exit with 1 if any cell is faster or slower.")
    ] = False,
    form: FormOption = None,
    columns: Columns = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Compare two arms (measured in turns) or two result folders, cell by cell.

    Every ratio is B over A. Verdicts: faster or slower (beyond the margin), equivalent (within
    it), each proven; else inconclusive.

    Example: xlbench compare base base@threads=2 --tasks xnli --langs en,sw --margin 2%
    """
    share = percent("--margin", margin)
    if is_folder(a) != is_folder(b):
        folder, arm = (a, b) if is_folder(a) else (b, a)
        raise UserError(
            f"{folder} is a result folder and {arm} is not: name two arms (measured "
            "live) or two result folders"
        )
    if is_folder(a):
        from xlbench.judge.recorded import compare_recorded
        from xlbench.results.result import read_result

        one, other = read_result(Path(a)), read_result(Path(b))
        comparison = compare_recorded(one, other, share, across_machines, arm)
    else:
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
            arms=two_arms(a, b, options),
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
        asked = Asked(settings, o.processors(cpus), share)
        comparison, written = measure(asked, out)
        store(comparison, written)
        print(f"xlbench: written to {written}", file=sys.stderr)
    show(comparison, as_json, form, columns)
    if any(cell.error for cell in comparison.cells):
        raise typer.Exit(exit_codes.CELLS_FAILED)
    verdicts = [cell.main.verdict for cell in comparison.cells]
    verdicts += [whole.verdict for whole in comparison.overall.values()]
    if assert_equal and {"faster", "slower"} & set(verdicts):
        raise typer.Exit(exit_codes.FAILED)


def is_folder(text: str) -> bool:
    """Tell whether an argument names a result folder (and not an arm)."""
    return (Path(text) / "run.json").is_file()


def show(
    comparison: Comparison, as_json: bool, form: Form | None = None, columns: str | None = None
) -> None:
    """Print a comparison to standard output."""
    if as_json:
        print(json.dumps(comparison.to_json(), indent=1, ensure_ascii=False))
        return
    show_comparison(comparison, form, columns)
