"""Which options a user gave, and which of them can't apply."""

from __future__ import annotations

from collections.abc import Iterable

import typer

from xlbench.errors import UserError


def given_options(context: typer.Context) -> set[str]:
    """Return the parameters that stand on the command line, by the names of the function's."""
    return {
        name
        for name in context.params
        if getattr(context.get_parameter_source(name), "name", "DEFAULT") != "DEFAULT"
    }


def refuse(names: Iterable[str], why: str) -> None:
    """Raise ``UserError`` where there is one of these options.

    Args:
        names: of parameters.
        why: they can't apply, as a clause.
    """
    flags = sorted(_SPELLED.get(name, f"--{name.replace('_', '-')}") for name in names)
    if flags:
        raise UserError(f"{', '.join(flags)} can't apply: {why}")


_SPELLED = {"as_json": "--json", "assert_equal": "--assert", "form": "--format"}
