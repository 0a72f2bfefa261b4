"""Which cells of which data: the options that every command that measures has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from xlbench.asked import Wanted, language_codes, scenario_names, task_names
from xlbench.cell import SCENARIOS, Scenario
from xlbench.cli.complete import complete_langs, complete_scenarios, complete_tasks
from xlbench.cli.groups import EXACT, WHAT, flag
from xlbench.cli.options import one_of, seconds
from xlbench.settings import SPLITS, Split

Tasks = Annotated[
    str,
    typer.Option(
        help="all, or names separated by commas: xnli,panx.",
        rich_help_panel=WHAT,
        autocompletion=complete_tasks,
    ),
]
Langs = Annotated[
    str,
    typer.Option(
        help="all, or codes separated by commas: en,sw.",
        rich_help_panel=WHAT,
        autocompletion=complete_langs,
    ),
]
ScenarioNames = Annotated[
    str,
    typer.Option(
        help="single-stream (one example at a time: latency) and offline (batches: throughput, "
        "metric).",
        rich_help_panel=WHAT,
        autocompletion=complete_scenarios,
    ),
]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which cells, as the command line says it."""

    tasks: Tasks = "all"
    langs: Langs = "all"
    scenario: ScenarioNames = "single-stream,offline"

    @property
    def task_names(self) -> tuple[str, ...] | None:
        """The tasks; ``None``: all.

        Raises:
            UserError: one is not known.
        """
        return task_names("--tasks", self.tasks)

    @property
    def language_codes(self) -> tuple[str, ...] | None:
        """The languages; ``None``: all.

        Raises:
            UserError: one is not known.
        """
        return language_codes("--langs", self.langs)

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios.

        Raises:
            UserError: one is not known.
        """
        return scenario_names("--scenario", self.scenario)

    @property
    def some_scenarios(self) -> tuple[Scenario, ...] | None:
        """The scenarios; ``None``: all.

        Raises:
            UserError: one is not known.
        """
        return None if self.scenarios == SCENARIOS else self.scenarios

    @property
    def wanted(self) -> Wanted:
        """The cells.

        Raises:
            UserError: a name is not known.
        """
        return Wanted(self.task_names, self.language_codes, self.some_scenarios)


@dataclass(frozen=True, slots=True)
class Source:
    """Where examples and checkpoints come from, and what of them is used."""

    data: Annotated[
        str,
        typer.Option(
            help="sample, hub, or a folder of XTREME's files or of the Hub's parquet files.",
            rich_help_panel=WHAT,
        ),
    ] = "sample"
    limit: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Examples per cell at most.", rich_help_panel=WHAT),
    ] = None
    sample: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Examples per cell, drawn from all of them by length and seed; the metric's "
            "interval is then that of the whole set. Retrieval is never sampled.",
            rich_help_panel=WHAT,
        ),
    ] = None
    split: Annotated[
        str,
        typer.Option(
            metavar="test|dev",
            help="test: what XTREME evaluates, the development set where that is missing; dev: "
            "the development sets, which have their labels in a download of XTREME.",
            rich_help_panel=WHAT,
        ),
    ] = "test"
    skip_malformed: Annotated[
        bool,
        flag("--skip-malformed", "Leave malformed rows out; they are counted.", WHAT),
    ] = False
    checkpoints: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A YAML file of further checkpoints and suites.",
            rich_help_panel=WHAT,
        ),
    ] = None
    seed: Annotated[
        int,
        typer.Option(
            min=0, metavar="N", help="Of all random orders and weights.", rich_help_panel=EXACT
        ),
    ] = 0
    timeout: Annotated[
        str,
        typer.Option(metavar="TIME", help="Longest time of one visit.", rich_help_panel=EXACT),
    ] = "600s"

    @property
    def which_split(self) -> Split:
        """The split.

        Raises:
            UserError: there is no such split.
        """
        return one_of("--split", self.split, SPLITS)

    @property
    def timeout_s(self) -> float:
        """The longest time of a visit in seconds.

        Raises:
            UserError: it is no duration.
        """
        return seconds("--timeout", self.timeout)
