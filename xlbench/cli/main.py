"""The entry point: commands, and what an error or an interrupt becomes."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

from xlbench import __version__
from xlbench.cli import compare, doctor, exit_codes, export, gate, history, list_things, report, run
from xlbench.errors import UserError

app = typer.Typer(
    name="xlbench",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="What does a change to a multilingual encoder cost, and what does it buy, "
    "language by language?",
)
app.command("run")(run.run)
app.command("compare")(compare.compare)
app.command("gate")(gate.gate)
app.command("report")(report.report)
app.command("export")(export.export)
app.command("history")(history.history)
app.command("doctor")(doctor.doctor)
app.command("list")(list_things.list_things)


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
    """Run the command line; a user's mistake is one line on standard error."""
    try:
        app(standalone_mode=True)
    except UserError as error:
        print(f"xlbench: {error}", file=sys.stderr)
        sys.exit(exit_codes.USER_ERROR)
    except KeyboardInterrupt:
        print("xlbench: interrupted; what was measured is kept", file=sys.stderr)
        sys.exit(exit_codes.INTERRUPTED)
    sys.exit(0)
