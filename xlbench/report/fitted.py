"""Tables of text that fit a width: running text is wrapped, else whole columns are left out by
rank, and no cell is ever cut.

Knows nothing of what stands in the cells.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rich.cells import cell_len
from rich.text import Text

Content = Text | str

_GAP = "  "
_NARROWEST = 16
"""Narrower running text is not read with pleasure: then a column goes."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        name: what a user calls it.
        rank: 0 is never left out; of the others the highest goes first.
        right: whether its cells stand at the right.
        head: what stands above it, if not its name.
        wraps: whether its cells are running text.
    """

    name: str
    rank: int = 0
    right: bool = True
    head: str | None = None
    wraps: bool = False

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
        while len(left) > 1 and sum(map(self._least, left)) + _gaps(left) > width:
            rank = max(self.columns[i].rank for i in left)
            if rank == 0:
                break
            left.remove(max(i for i in left if self.columns[i].rank == rank))
        return left

    def lines(self, width: int) -> Iterator[Text]:
        """Yield head, rule and rows; longer than ``width`` only where no column may go."""
        shown = self.shown(width)
        widths = self._widths(shown, width)
        rule = Text("─" * (sum(widths) + _gaps(shown)), style="dim")
        heads = [Text(self.columns[i].title, style="bold") for i in shown]
        yield self._line(heads, shown, widths)
        yield rule
        for row in self.rows:
            if row is None:
                yield rule
            else:
                yield from self._row([row[i] for i in shown], shown, widths)

    def left_out(self, width: int) -> list[str]:
        """Return the names of the columns that ``lines`` leaves out."""
        shown = set(self.shown(width))
        return [column.name for i, column in enumerate(self.columns) if i not in shown]

    def _natural(self, index: int) -> int:
        cells = [_length(row[index]) for row in self.rows if row is not None]
        return max([cell_len(self.columns[index].title), *cells])

    def _least(self, index: int) -> int:
        if not self.columns[index].wraps:
            return self._natural(index)
        texts = [str(row[index]) for row in self.rows if row is not None]
        words = [cell_len(word) for text in texts for word in text.split()]
        title = cell_len(self.columns[index].title)
        return min(self._natural(index), max([title, _NARROWEST, *words]))

    def _widths(self, shown: Sequence[int], width: int) -> list[int]:
        """Give what is left over to running text, the narrowest columns first."""
        widths = {index: self._least(index) for index in shown}
        free = width - sum(widths.values()) - _gaps(shown)
        wrapping = [index for index in shown if self.columns[index].wraps]
        wrapping.sort(key=lambda index: self._natural(index) - widths[index])
        for place, index in enumerate(wrapping):
            more = min(
                max(free, 0) // (len(wrapping) - place), self._natural(index) - widths[index]
            )
            widths[index] += more
            free -= more
        return [widths[index] for index in shown]

    def _row(
        self, cells: Sequence[Content], shown: Sequence[int], widths: Sequence[int]
    ) -> Iterator[Text]:
        folded = [
            textwrap.wrap(str(cell), width, break_long_words=False, break_on_hyphens=False) or [""]
            if self.columns[index].wraps
            else [cell]
            for cell, index, width in zip(cells, shown, widths, strict=True)
        ]
        for line in zip_longest(*folded, fillvalue=""):
            yield self._line(line, shown, widths)

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


def _gaps(shown: Sequence[int]) -> int:
    return len(_GAP) * (len(shown) - 1)


def _length(cell: Content) -> int:
    return cell_len(cell if isinstance(cell, str) else cell.plain)
