"""Where the outcome of a gate goes, in which forms, and which exit code it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from xlbench.cli import exit_codes
from xlbench.did_you_mean import did_you_mean
from xlbench.errors import UserError
from xlbench.printable import shown

if TYPE_CHECKING:
    from xlbench.judge.gate import Gate

Outputs = list[tuple[str, str | None]]
"""Forms by name, each with the file it is written to; ``None``: standard output."""


def outputs_of(formats: list[str]) -> Outputs:
    """Return what ``--format`` asks for.

    Raises:
        UserError: a form is not known.
    """
    from xlbench.report.gate import FORMATS

    outputs = []
    for text in formats:
        name, _, file = text.partition("=")
        if name not in FORMATS:
            raise UserError(
                f"--format: expected {', '.join(FORMATS)}, found {shown(name)}"
                f"{did_you_mean(name, FORMATS)}"
            )
        outputs.append((name, file or None))
    return outputs


def finish(found: Gate, outputs: Outputs, strict: bool) -> None:
    """Write the outcome in all forms asked for, and leave with its exit code."""
    from xlbench.report.gate import FORMATS

    for name, file in outputs:
        text = FORMATS[name](found)
        if file is None:
            print(text, end="")
            continue
        try:
            # A job summary is a file that every step adds to.
            with Path(file).open("a" if name == "markdown" else "w", encoding="utf-8") as stream:
                stream.write(text)
        except OSError as error:
            raise UserError(f"--format {name}={file}: can't be written: {error.strerror}") from None
    if found.outcome == "fail":
        raise typer.Exit(exit_codes.FAILED)
    if any(check.error for check in found.checks):
        raise typer.Exit(exit_codes.CELLS_FAILED)
    # Whoever gates on nothing must not take it for a pass.
    if not found.judged or (strict and found.outcome == "inconclusive"):
        raise typer.Exit(exit_codes.NOT_PROVEN)
