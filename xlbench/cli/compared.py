"""What ``compare`` and ``gate`` share: two arms measured live, or two result folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xlbench.cli.groups import EXACT, OUTPUT, ArmFlags, flag
from xlbench.cli.machines import Address, EngineName
from xlbench.cli.options import one_of, seconds
from xlbench.cli.what import Selection, Source

if TYPE_CHECKING:
    from xlbench.compare.live import Asked

RECORDED = "Recorded results"


@dataclass(frozen=True, slots=True)
class Live:
    """How long two arms are measured in turns, and where that is kept."""

    budget: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help="Time of the comparison, starts of workers included; the least number of "
            "processes is run whatever it says.",
            rich_help_panel=EXACT,
        ),
    ] = "120s"
    processes: Annotated[
        int,
        typer.Option(
            min=3,
            metavar="N",
            help="Pairs of new processes at least; undecided cells get more.",
            rich_help_panel=EXACT,
        ),
    ] = 5
    start: Annotated[
        str,
        typer.Option(
            metavar="auto|forked|fresh",
            help="How the workers of each pair start: forked from a process that has made their "
            "imports, fresh programs, or auto: forked where both arms share interpreter and "
            "environment and run on a CPU.",
            rich_help_panel=EXACT,
        ),
    ] = "auto"
    engine: EngineName = "local"
    address: Address = "auto"
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Result folder of a live comparison (default: results/compare-DATE-TIME-ID).",
            rich_help_panel=OUTPUT,
        ),
    ] = None

    dry_run: Annotated[
        bool,
        flag("--dry-run", "Show cells, tokens, memory and the least time; measure nothing."),
    ] = False

    def asked(
        self,
        named: Sequence[str],
        selection: Selection,
        source: Source,
        arms: ArmFlags,
        margin: float,
    ) -> Asked:
        """Return all that is asked of a live comparison, parsed.

        Raises:
            UserError: a value is not in its range.
        """
        from xlbench.api.comparing import asked
        from xlbench.arms import parse_option
        from xlbench.settings import ENGINES, STARTS

        cpus = arms.given["cpus"]
        return asked(
            named,
            margin,
            selection.wanted,
            {
                # All arms share the processors: those are no option of one.
                "options": arms.options(without=("cpus",)),
                "cpus": None if cpus is None else parse_option("cpus", cpus, "--cpus"),
                "data": source.data,
                "limit": source.limit,
                "sample": source.sample,
                "split": source.which_split,
                "budget_s": seconds("--budget", self.budget),
                "processes": self.processes,
                "start": one_of("--start", self.start, STARTS),
                "engine": one_of("--engine", self.engine, ENGINES),
                "seed": source.seed,
                "timeout_s": source.timeout_s,
                "skip_malformed": source.skip_malformed,
                "checkpoints": source.checkpoints,
            },
        )


@dataclass(frozen=True, slots=True)
class OfRecorded:
    """What concerns recorded results alone."""

    arm: Annotated[
        str | None,
        typer.Option(
            help="Which arm, where the folders hold several; or write RESULT:ARM.",
            rich_help_panel=RECORDED,
        ),
    ] = None
    across_machines: Annotated[
        bool,
        flag(
            "--across-machines",
            "Accept two machines, and compare in units of the reference kernel measured beside "
            "the cells.",
            RECORDED,
        ),
    ] = False
