"""Values in the order in which they came: few of them in memory, many in a file without a name.

What is held of a whole cell is held here, so that memory does not grow with the data. The file
stands in the folder for temporary files (``TMPDIR``) and goes with the process.
"""

from __future__ import annotations

import pickle
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import IO, TypeVar, overload

from xlbench.errors import UserError

T = TypeVar("T")

IN_MEMORY = 4096
"""Values that are held in memory: as many as a cell of the usual test sets has."""

_BLOCK = 256


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
        self._ends = array("q")
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
        return len(self._ends) + len(self._newest)

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
        return newest + len(self._ends) * self._ends.itemsize

    def _some(self, start: int, stop: int) -> list[T]:
        away = len(self._ends)
        newest = self._newest[max(0, start - away) : max(0, stop - away)]
        return [*self._read(start, min(stop, away)), *newest] if start < min(stop, away) else newest

    def _read(self, start: int, stop: int) -> list[T]:
        assert self._file is not None
        first = self._ends[start - 1] if start else 0
        self._file.seek(first)
        data = memoryview(self._file.read(self._ends[stop - 1] - first))
        edges = [first, *self._ends[start:stop]]
        return [pickle.loads(data[a - first : b - first]) for a, b in pairwise(edges)]

    def _put_away(self) -> None:
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="xlbench-")  # noqa: SIM115
            end = self._ends[-1] if self._ends else 0
            self._file.seek(end)
            ends = []
            for value in self._newest:
                end += self._file.write(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
                ends.append(end)
            self._file.flush()
        except OSError as error:
            raise no_room(error) from None
        self._ends.extend(ends)
        self._newest = []


def no_room(error: OSError) -> UserError:
    """Return the error for a file of this room that can't be written."""
    return UserError(
        f"{tempfile.gettempdir()}: expected room for what a large cell holds beside the memory, "
        f"found none ({error.strerror}); set TMPDIR to a folder with more room"
    )
