"""``xlbench compare``: two arms live and interleaved, or two result folders as recorded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from xlbench.cli import exit_codes
from xlbench.cli.compared import Live, OfRecorded
from xlbench.cli.complete import complete_arms
from xlbench.cli.groups import EXACT, OUTPUT, ArmFlags, flag, spread
from xlbench.cli.options import percent
from xlbench.cli.output import say
from xlbench.cli.recorded_pair import compare_sides, pair, refuse_of_recorded
from xlbench.cli.show import Columns, Form, FormOption, show_comparison
from xlbench.cli.tradeoff import read_whole, show_tradeoff, tradeoff_of
from xlbench.cli.what import Selection, Source
from xlbench.errors import UserError

if TYPE_CHECKING:
    from xlbench.judge.comparison import Comparison


_OF_RECORDED = frozenset(
    {"a", "b", "margin", "as_tradeoff", "assert_equal", "form", "columns", "as_json"}
)
"""What applies to recorded results, options of cells and arms aside."""


@spread("compare")
def compare(
    context: typer.Context,
    a: Annotated[
        str,
        typer.Argument(
            metavar="A",
            help="Arm NAME\\[@key=value,...], or a result: RESULT or RESULT:ARM.",
            autocompletion=complete_arms,
        ),
    ],
    selection: Selection,
    source: Source,
    arms: ArmFlags,
    live: Live,
    of_recorded: OfRecorded,
    b: Annotated[
        str | None,
        typer.Argument(
            metavar="B",
            help="What is held against A; left out where A is a result that holds two arms.",
            autocompletion=complete_arms,
        ),
    ] = None,
    margin: Annotated[
        str,
        typer.Option(
            metavar="SHARE",
            help="Largest ratio that counts as no difference.",
            rich_help_panel=EXACT,
        ),
    ] = "2%",
    as_tradeoff: Annotated[
        bool,
        flag(
            "--tradeoff",
            "Print what B buys and what it costs in one table instead: metrics beside latency, "
            "throughput and memory, by language, task, group and as a whole.",
            OUTPUT,
        ),
    ] = False,
    assert_equal: Annotated[
        bool, flag("--assert", "Exit with 1 if any cell is faster or slower.")
    ] = False,
    form: FormOption = None,
    columns: Columns = None,
    as_json: Annotated[bool, flag("--json", "Print JSON instead of tables.", OUTPUT)] = False,
) -> None:
    """Compare two arms (measured in turns) or two result folders, cell by cell.

    Every ratio is B over A. Verdicts: faster or slower (beyond the margin), equivalent (within
    it), each proven; else inconclusive.

    Example: xlbench compare base base@threads=2 --tasks xnli --langs en,sw --margin 2%
    """
    share = percent("--margin", margin)
    if as_tradeoff and (as_json or form is not None or columns is not None):
        raise UserError(
            "--tradeoff is a table of its own: leave out --json, --format and --columns; `xlbench "
            "report RESULT --preset tradeoff` has it in other formats"
        )
    sides = pair(a, b)
    if sides is not None:
        comparison = compare_sides(context, sides, share, selection, of_recorded, _OF_RECORDED)
        if as_tradeoff:
            show_tradeoff(tradeoff_of(comparison, sides, selection, of_recorded))
    else:
        from xlbench.cli.live import measure, say_if_same, show_plan
        from xlbench.compare.live import store

        refuse_of_recorded(context)
        asked = live.asked((a, str(b)), selection, source, arms, share)
        say_if_same(*asked.settings.arms)
        if live.dry_run:
            show_plan(asked, as_json)
            return
        comparison, written = measure(asked, live.out, address=live.address)
        store(comparison, written)
        say(f"xlbench: written to {written}")
        if as_tradeoff:
            show_tradeoff(read_whole(written))
    if not as_tradeoff:
        show(comparison, as_json, form, columns)
    if any(cell.error for cell in comparison.cells):
        raise typer.Exit(exit_codes.CELLS_FAILED)
    verdicts = [cell.main.verdict for cell in comparison.cells]
    verdicts += [whole.verdict for whole in comparison.overall.values()]
    if assert_equal and {"faster", "slower"} & set(verdicts):
        raise typer.Exit(exit_codes.FAILED)


def show(
    comparison: Comparison, as_json: bool, form: Form | None = None, columns: str | None = None
) -> None:
    """Print a comparison to standard output."""
    if as_json:
        print(json.dumps(comparison.to_json(), indent=1, ensure_ascii=False))
        return
    show_comparison(comparison, form, columns)
