"""A table as a value: numbers with their intervals and verdicts, in rows, columns and blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xlbench.stats.verdicts import Claim


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in one place of a table.

    Attributes:
        value: ``None``: not measured.
        lo, hi: its 95 % interval; ``None`` where there is none.
        digits: decimals to show.
        signed: whether it is a difference.
        second: a further number of the same digits, as in ``F1 / EM``.
        verdicts: what was proven, and of how many cells.
        mark: of a note that holds for it.
    """

    value: float | None
    lo: float | None = None
    hi: float | None = None
    digits: int = 1
    signed: bool = False
    second: float | None = None
    verdicts: Mapping[Claim, int] = field(default_factory=dict)
    mark: str = ""


NOTHING = Entry(None)


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head.

    Attributes:
        over: what it shares with its neighbours, above its own head; may be empty.
        head: its own.
    """

    over: str
    head: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its name and an entry for each column."""

    name: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Rows under a heading of their own; an empty one where there is a single block."""

    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table.

    Attributes:
        title: what it is, in a line.
        corner: head of the column of names.
        columns: heads, in order.
        blocks: at least one, each with at least one row.
        notes: sentences below it.
    """

    title: str
    corner: str
    columns: tuple[Column, ...]
    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()

    @property
    def spans(self) -> list[tuple[str, int]]:
        """The heads above the heads, each with the number of columns below it."""
        found: list[tuple[str, int]] = []
        for column in self.columns:
            if found and found[-1][0] == column.over:
                found[-1] = (column.over, found[-1][1] + 1)
            else:
                found.append((column.over, 1))
        return found

    @property
    def spanned(self) -> bool:
        """Whether any column has something above its head."""
        return any(column.over for column in self.columns)
