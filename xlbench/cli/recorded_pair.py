"""Two recorded arms as the command line names them: RESULT, RESULT:ARM, or both of one RESULT."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from xlbench.cli.compared import OfRecorded
from xlbench.cli.given import given_options, refuse
from xlbench.cli.what import Selection
from xlbench.errors import UserError

if TYPE_CHECKING:
    from xlbench.judge.comparison import Comparison

COMMON = frozenset({"tasks", "langs", "scenario", "arm", "across_machines"})
"""Options of cells and arms that apply to what was recorded."""


@dataclass(frozen=True, slots=True)
class Side:
    """A result folder and, where it was named, an arm of it."""

    folder: Path
    arm: str | None


def side(text: str) -> Side | None:
    """Return the result that an argument names; ``None`` where it names none (but an arm).

    Args:
        text: RESULT or RESULT:ARM; a folder's name, and an arm, may have colons in it.
    """
    if _is_result(text):
        return Side(Path(text), None)
    for place, character in enumerate(text):
        if character == ":" and _is_result(text[:place]):
            return Side(Path(text[:place]), text[place + 1 :])
    return None


def pair(first: str, second: str | None) -> tuple[Side, Side] | None:
    """Return both sides; ``None`` where both are to be measured live.

    Raises:
        UserError: one of each, or a second side is missing.
    """
    a = side(first)
    b = None if second is None else side(second)
    if second is None:
        if a is None:
            raise UserError(
                f"{first}: name a second arm to be measured against it, or a result folder that "
                "holds two"
            )
        return _both_of(a)
    if a is None and b is None:
        return None
    if a is not None and b is not None:
        return a, b
    result, arm = (first, second) if a is not None else (second, first)
    raise UserError(
        f"{result} is a result folder and {arm} is not: name two arms (measured live) or two "
        "result folders"
    )


def compare_sides(
    context: typer.Context,
    sides: tuple[Side, Side],
    margin: float,
    selection: Selection,
    of_recorded: OfRecorded,
    applies: frozenset[str],
) -> Comparison:
    """Return the comparison of two recorded arms.

    Args:
        context: of the command, which knows the options that were given.
        sides: both results.
        margin: largest share that counts as no difference.
        selection: which cells.
        of_recorded: the options of recorded results.
        applies: further options of the command that apply.

    Raises:
        UserError: an option can't apply, or the results can't be compared.
    """
    from xlbench.judge.recorded import compare_recorded
    from xlbench.results.result import read_result

    refuse(
        given_options(context) - COMMON - applies,
        "the results are recorded already, nothing is measured",
    )
    one, other = sides
    return compare_recorded(
        read_result(one.folder),
        read_result(other.folder),
        margin,
        of_recorded.across_machines,
        (one.arm or of_recorded.arm, other.arm or of_recorded.arm),
        selection.wanted,
    )


def refuse_of_recorded(context: typer.Context) -> None:
    """Raise ``UserError`` for options of recorded results where arms are measured."""
    refuse(
        given_options(context) & {"arm", "across_machines"}, "the arms are measured live, not read"
    )


def _both_of(only: Side) -> tuple[Side, Side]:
    from xlbench.results.manifest import read_manifest

    arms = read_manifest(only.folder).arms
    if only.arm is not None or len(arms) == 1:
        raise UserError(
            f"{only.folder}: name a second result to compare {only.arm or arms[0]} with"
        )
    if len(arms) != 2:
        raise UserError(
            f"{only.folder} holds the arms {', '.join(arms)}: name two of them, e.g. "
            f"{only.folder}:{arms[0]} and {only.folder}:{arms[-1]}, or a second result"
        )
    return Side(only.folder, arms[0]), Side(only.folder, arms[1])


def _is_result(text: str) -> bool:
    try:
        return (Path(text) / "run.json").is_file()
    except (OSError, ValueError):
        return False
