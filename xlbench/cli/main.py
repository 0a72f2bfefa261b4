"""The entry point: the commands by name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import typer

from xlbench.cli import compare, doctor, export, gate, history, list_things, report, run, train
from xlbench.cli.ending import ended, hears_interrupts
from xlbench.cli.plain_help import PlainCommand, PlainGroup
from xlbench.version import __version__

app = typer.Typer(
    name="xlbench",
    cls=PlainGroup,
    pretty_exceptions_enable=False,
    help="What does a change to a multilingual encoder cost, and what does it buy, "
    "language by language?",
)
COMMANDS: dict[str, Callable[..., None]] = {
    "train": train.train,
    "run": run.run,
    "compare": compare.compare,
    "gate": gate.gate,
    "report": report.report,
    "export": export.export,
    "history": history.history,
    "doctor": doctor.doctor,
    "list": list_things.list_things,
}
for name, command in COMMANDS.items():
    app.command(name, cls=PlainCommand)(hears_interrupts(command))


@app.callback(invoke_without_command=True)
def _version(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
) -> None:
    if version:
        typer.echo(f"xlbench {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    sys.exit(ended(_parsed, sys.argv[1:], COMMANDS))


def _parsed(arguments: Sequence[str]) -> Any:
    return app(list(arguments), prog_name="xlbench", standalone_mode=False)
