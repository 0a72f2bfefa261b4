"""``xlbench compare``: arms live and interleaved, or result folders as recorded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from xlbench.cli import exit_codes
from xlbench.cli.compared import Live, OfRecorded
from xlbench.cli.complete import complete_arms
from xlbench.cli.groups import EXACT, OUTPUT, ArmFlags, flag, spread
from xlbench.cli.options import percent
from xlbench.cli.output import say
from xlbench.cli.recorded_pair import compare_sides, refuse_of_recorded, sides_of
from xlbench.cli.show import Columns, Form, FormOption, show_comparisons
from xlbench.cli.tradeoff import read_whole, show_tradeoff, tradeoff_of
from xlbench.cli.what import Selection, Source
from xlbench.errors import UserError

if TYPE_CHECKING:
    from xlbench.judge.comparison import Comparison


_OF_RECORDED = frozenset(
    {"a", "others", "margin", "as_tradeoff", "assert_equal", "form", "columns", "as_json"}
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
    others: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[B]...",
            help="What is held against A, one or more; left out where A is a result that holds "
            "several arms: then all against its first.",
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
    """Compare arms (measured in turns) or result folders, cell by cell, each with the first.

    Every ratio is B over A. Verdicts: faster or slower (beyond the margin), equivalent (within
    it), each proven; else inconclusive. Of three arms and more a last table has their ranks, and
    marks the best choices.

    Example: xlbench compare base base@threads=2 --tasks xnli --langs en,sw --margin 2%
    """
    share = percent("--margin", margin)
    if as_tradeoff and (as_json or form is not None or columns is not None):
        raise UserError(
            "--tradeoff is a table of its own: leave out --json, --format and --columns; `xlbench "
            "report RESULT --preset tradeoff` has it in other formats"
        )
    sides = sides_of(a, others or [])
    many = len(sides or [a, *(others or [])]) > 2
    if as_tradeoff and many:
        raise UserError(
            "--tradeoff is a table of two arms: name two, or leave it out: the table of ranks has "
            "memory and metrics, too"
        )
    if sides is not None:
        comparisons = compare_sides(context, sides, share, selection, of_recorded, _OF_RECORDED)
        if as_tradeoff:
            one, other = sides
            show_tradeoff(tradeoff_of(comparisons[0], (one, other), selection, of_recorded))
    else:
        from xlbench.cli.live import measure, say_if_same, show_plan
        from xlbench.compare.live import store

        refuse_of_recorded(context)
        asked = live.asked([a, *(others or [])], selection, source, arms, share)
        say_if_same(asked.settings.arms)
        if live.dry_run:
            show_plan(asked, as_json)
            return
        comparisons, written = measure(asked, live.out, address=live.address)
        store(comparisons, written)
        say(f"xlbench: written to {written}")
        if as_tradeoff:
            show_tradeoff(read_whole(written))
    if not as_tradeoff:
        show(comparisons, as_json, form, columns)
    cells = [cell for comparison in comparisons for cell in comparison.cells]
    if any(cell.error for cell in cells):
        raise typer.Exit(exit_codes.CELLS_FAILED)
    verdicts = [cell.main.verdict for cell in cells]
    verdicts += [whole.verdict for each in comparisons for whole in each.overall.values()]
    if assert_equal and {"faster", "slower"} & set(verdicts):
        raise typer.Exit(exit_codes.FAILED)


def show(
    comparisons: Sequence[Comparison],
    as_json: bool,
    form: Form | None = None,
    columns: str | None = None,
) -> None:
    """Print comparisons with one first arm to standard output."""
    if as_json:
        from xlbench.judge.standings import all_to_json

        print(json.dumps(all_to_json(comparisons), indent=1, ensure_ascii=False))
        return
    show_comparisons(comparisons, form, columns)
