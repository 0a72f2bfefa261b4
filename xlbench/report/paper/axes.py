"""What the rows and the columns of a table stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from xlbench.did_you_mean import did_you_mean
from xlbench.errors import UserError
from xlbench.printable import shown
from xlbench.report.paper.quantity import QUANTITIES, Quantity

Axis = Literal["language", "task", "arm"]
AXES: tuple[Axis, ...] = get_args(Axis)
DEFAULT_VALUES = ("metric", "p50", "throughput", "memory")


@dataclass(frozen=True, slots=True)
class Axes:
    """How a table is laid out.

    Attributes:
        rows, columns: two different axes; the third makes blocks. Languages that are on
            neither are put together.
        quantities: what is shown of each.
        intervals: whether values, and not changes only, have their intervals.
    """

    rows: Axis
    columns: Axis
    quantities: tuple[Quantity, ...]
    intervals: bool = False

    @property
    def third(self) -> Axis:
        """The axis that is on neither side."""
        (left,) = set(AXES) - {self.rows, self.columns}
        return left


def axes(
    rows: str | None,
    columns: str | None,
    values: tuple[str, ...] | None,
    intervals: bool = False,
) -> Axes:
    """Return the layout that the command line asks for; ``None`` is the default.

    Raises:
        UserError: a name is not known, or both sides are the same.
    """
    down = _axis("--rows", rows or "language")
    across = _axis("--columns", columns or ("arm" if down != "arm" else "task"))
    if down == across:
        raise UserError(f"--rows and --columns are both {down}: name two of {', '.join(AXES)}")
    names = values or DEFAULT_VALUES
    return Axes(down, across, tuple(_quantity(name) for name in names), intervals)


def _axis(option: str, name: str) -> Axis:
    for known in AXES:
        if name == known:
            return known
    near = did_you_mean(name, AXES)
    raise UserError(f"{option}: {shown(name)} is not one of {', '.join(AXES)}{near}")


def _quantity(name: str) -> Quantity:
    if name in QUANTITIES:
        return QUANTITIES[name]
    near = did_you_mean(name, QUANTITIES)
    raise UserError(f"--values: {shown(name)} is not one of {', '.join(QUANTITIES)}{near}")
