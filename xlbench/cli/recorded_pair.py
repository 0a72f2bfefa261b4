"""Recorded arms as the command line names them: RESULT, RESULT:ARM, or all of one RESULT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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

    @property
    def text(self) -> str:
        """As it is written on the command line."""
        return str(self.folder) if self.arm is None else f"{self.folder}:{self.arm}"


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
        UserError: one of each, a second side is missing, or the only result holds more than two
            arms.
    """
    found = sides_of(first, [] if second is None else [second])
    if found is None:
        return None
    if len(found) > 2:
        one, *_, last = found
        arms = ", ".join(str(side.arm) for side in found)
        raise UserError(
            f"{one.folder} holds the arms {arms}: name two of them, e.g. {one.folder}:{one.arm} "
            f"and {one.folder}:{last.arm}, or a second result"
        )
    a, b = found
    return a, b


def sides_of(first: str, others: Sequence[str]) -> tuple[Side, ...] | None:
    """Return the results that are to be compared, two at least; ``None``: all are measured live.

    Args:
        first: what all others are held against; without others a result whose arms they are.
        others: the others.

    Raises:
        UserError: some are results and some are not, or there is but one.
    """
    a, found = side(first), [side(other) for other in others]
    if not others:
        if a is None:
            raise UserError(
                f"{first}: name a second arm to be measured against it, or a result folder that "
                "holds two"
            )
        return _all_of(a)
    results = [each for each in (a, *found) if each is not None]
    if not results:
        return None
    named = [first, *others]
    if len(results) == len(named):
        return tuple(results)
    result = next(n for n, each in zip(named, (a, *found), strict=True) if each is not None)
    arm = next(n for n, each in zip(named, (a, *found), strict=True) if each is None)
    raise UserError(
        f"{result} is a result folder and {arm} is not: name arms (measured live) or result "
        "folders, not both"
    )


def compare_sides(
    context: typer.Context,
    sides: Sequence[Side],
    margin: float,
    selection: Selection,
    of_recorded: OfRecorded,
    applies: frozenset[str],
) -> tuple[Comparison, ...]:
    """Return the comparison of each other recorded arm with the first.

    Args:
        context: of the command, which knows the options that were given.
        sides: the results, two at least.
        margin: largest share that counts as no difference.
        selection: which cells.
        of_recorded: the options of recorded results.
        applies: further options of the command that apply.

    Raises:
        UserError: an option can't apply, or the results can't be compared.
    """
    from xlbench.judge.recorded import compare_recorded
    from xlbench.results.result import read_result
    from xlbench.stats.verdicts import ALPHA

    refuse(
        given_options(context) - COMMON - applies,
        "the results are recorded already, nothing is measured",
    )
    one, *others = sides
    made = [
        compare_recorded(
            read_result(one.folder),
            read_result(other.folder),
            margin,
            of_recorded.across_machines,
            (one.arm or of_recorded.arm, other.arm or of_recorded.arm),
            selection.wanted,
            ALPHA / len(others),
        )
        for other in others
    ]
    if len(made) == 1:
        return tuple(made)
    # Of several arms of one result, each is told from the others by its own name.
    return tuple(
        replace(each, a=one.text, b=other.text) for each, other in zip(made, others, strict=True)
    )


def refuse_of_recorded(context: typer.Context) -> None:
    """Raise ``UserError`` for options of recorded results where arms are measured."""
    refuse(
        given_options(context) & {"arm", "across_machines"}, "the arms are measured live, not read"
    )


def _all_of(only: Side) -> tuple[Side, ...]:
    from xlbench.results.manifest import read_manifest

    arms = read_manifest(only.folder).arms
    if only.arm is not None or len(arms) == 1:
        raise UserError(
            f"{only.folder}: name a second result to compare {only.arm or arms[0]} with"
        )
    return tuple(Side(only.folder, arm) for arm in arms)


def _is_result(text: str) -> bool:
    try:
        return (Path(text) / "run.json").is_file()
    except (OSError, ValueError):
        return False
