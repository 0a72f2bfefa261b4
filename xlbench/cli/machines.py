"""On which machines: the options of commands that can work over a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from xlbench.cli.groups import EXACT

if TYPE_CHECKING:
    from xlbench.report.unit_progress import UnitBar

EngineName = Annotated[
    str,
    typer.Option(
        metavar="local|ray",
        help="local: this machine; ray: the machines of a Ray cluster, a device or a set of "
        "processors for each unit alone (needs xlbench\\[ray]).",
        rich_help_panel=EXACT,
    ),
]
Address = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS",
        help="Of the Ray cluster: auto is the one this machine belongs to, local this machine "
        "alone with all its devices.",
        rich_help_panel=EXACT,
    ),
]


def unit_bar() -> UnitBar:
    """Return what shows how far the units are."""
    from rich.console import Console

    from xlbench.report.unit_progress import UnitBar

    return UnitBar(Console(stderr=True))
