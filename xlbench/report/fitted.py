"""Tables of text that fit a width: whole columns are left out by rank, no cell is ever cut.

Knows nothing of what stands in the cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

Content = Text | str

_GAP = "  "


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        name: what a user calls it.
        rank: 0 is never left out; of the others the highest goes first.
        right: whether its cells stand at the right.
        head: what stands above it, if not its name.
    """

    name: str
    rank: int = 0
    right: bool = True
    head: str | None = None

    @property
    def title(self) -> str:
        """What stands above it."""
        return self.name if self.head is None else self.head


@dataclass(frozen=True, slots=True)
class Fitted:
    """Columns with their rows; a row of ``None`` is a rule.

    Attributes:
        columns: of every row, in order.
        rows: as many cells as columns each.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[Content] | None]

    def shown(self, width: int) -> list[int]:
        """Return the columns that fit ``width``, as indexes in order."""
        left = list(range(len(self.columns)))
        widths = [self._width(index) for index in left]
        while len(left) > 1 and sum(widths[i] for i in left) + len(_GAP) * (len(left) - 1) > width:
            rank = max(self.columns[i].rank for i in left)
            if rank == 0:
                break
            left.remove(max(i for i in left if self.columns[i].rank == rank))
        return left

    def lines(self, width: int) -> Iterator[Text]:
        """Yield head, rule and rows; longer than ``width`` only where no column may go."""
        shown = self.shown(width)
        widths = [self._width(index) for index in shown]
        rule = Text("─" * (sum(widths) + len(_GAP) * (len(widths) - 1)), style="dim")
        yield self._line([Text(self.columns[i].title, style="bold") for i in shown], shown, widths)
        yield rule
        for row in self.rows:
            yield rule if row is None else self._line([row[i] for i in shown], shown, widths)

    def left_out(self, width: int) -> list[str]:
        """Return the names of the columns that ``lines`` leaves out."""
        shown = set(self.shown(width))
        return [column.name for i, column in enumerate(self.columns) if i not in shown]

    def _width(self, index: int) -> int:
        cells = [_length(row[index]) for row in self.rows if row is not None]
        return max([cell_len(self.columns[index].title), *cells])

    def _line(self, cells: Sequence[Content], shown: Sequence[int], widths: Sequence[int]) -> Text:
        line = Text()
        for place, (cell, index, width) in enumerate(zip(cells, shown, widths, strict=True)):
            space = " " * (width - _length(cell))
            line.append(_GAP if place else "")
            right = self.columns[index].right
            line.append(space if right else "")
            line.append(cell if isinstance(cell, str) else cell.copy())
            line.append("" if right else space)
        line.rstrip()
        return line


def _length(cell: Content) -> int:
    return cell_len(cell if isinstance(cell, str) else cell.plain)
