"""Values in the order in which they came: few of them in memory, many in a file without a name.

What is held of a whole cell is held here, so that memory does not grow with the data. The file
stands in the folder for temporary files (``TMPDIR``) and goes with the process.
"""

from __future__ import annotations

import pickle
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import IO, TypeVar, overload

from xlbench.errors import UserError

T = TypeVar("T")

IN_MEMORY = 4096
"""Values that are held in memory: as many as a cell of the usual test sets has."""

_BLOCK = 256

_MARKED = 32
"""Of so many values one has its place in the file noted, and all have their size: 4.25 bytes for
each instead of 8."""


class Shelf(Sequence[T]):
    """A growing sequence of values that can be pickled.

    Args:
        values: the first ones.
        in_memory: the newest so many stay in memory.

    Raises:
        UserError: there is no room for the file.
    """

    def __init__(self, values: Iterable[T] = (), in_memory: int = IN_MEMORY) -> None:
        self._newest: list[T] = []
        self._in_memory = in_memory
        self._file: IO[bytes] | None = None
        self._sizes, self._marks, self._end = array("I"), array("q"), 0
        self.extend(values)

    def append(self, value: T) -> None:
        """Take one more."""
        self._newest.append(value)
        if len(self._newest) > self._in_memory:
            self._put_away()

    def extend(self, values: Iterable[T]) -> None:
        """Take some more."""
        for value in values:
            self.append(value)

    def __len__(self) -> int:
        return len(self._sizes) + len(self._newest)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        places = range(len(self))[index]
        if isinstance(places, int):
            return self._some(places, places + 1)[0]
        if places.step == 1:
            return self._some(places.start, places.stop)
        return [self[place] for place in places]

    def __iter__(self) -> Iterator[T]:
        for start in range(0, len(self), _BLOCK):
            yield from self._some(start, min(len(self), start + _BLOCK))

    def held_bytes(self) -> int:
        """Return the bytes in memory: of the newest values, as they would be written down, and of
        the places of those in the file."""
        newest = sum(len(pickle.dumps(v, pickle.HIGHEST_PROTOCOL)) for v in self._newest)
        return newest + sum(len(one) * one.itemsize for one in (self._sizes, self._marks))

    def _some(self, start: int, stop: int) -> list[T]:
        away = len(self._sizes)
        newest = self._newest[max(0, start - away) : max(0, stop - away)]
        return [*self._read(start, min(stop, away)), *newest] if start < min(stop, away) else newest

    def _read(self, start: int, stop: int) -> list[T]:
        assert self._file is not None
        mark = start // _MARKED
        self._file.seek(self._marks[mark] + sum(self._sizes[mark * _MARKED : start]))
        edges = list(accumulate(self._sizes[start:stop], initial=0))
        data = memoryview(self._file.read(edges[-1]))
        return [pickle.loads(data[a:b]) for a, b in pairwise(edges)]

    def _put_away(self) -> None:
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="xlbench-")  # noqa: SIM115
            end, sizes, marks = self._end, list[int](), list[int]()
            self._file.seek(end)
            for number, value in enumerate(self._newest, start=len(self._sizes)):
                if number % _MARKED == 0:
                    marks.append(end)
                sizes.append(self._file.write(pickle.dumps(value, pickle.HIGHEST_PROTOCOL)))
                end += sizes[-1]
            self._file.flush()
        except OSError as error:
            raise no_room(error) from None
        self._sizes.extend(sizes)
        self._marks.extend(marks)
        self._end, self._newest = end, []


def no_room(error: OSError) -> UserError:
    """Return the error for a file of this room that can't be written."""
    return UserError(
        f"{tempfile.gettempdir()}: expected room for what a large cell holds beside the memory, "
        f"found none ({error.strerror}); set TMPDIR to a folder with more room"
    )
