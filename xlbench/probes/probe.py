"""What a probe is: something read around a visit, with the columns that it fills.

Knows neither torch nor files of results: what a probe may look at is handed to it.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol, Self, runtime_checkable

from xlbench.flags import Flag
from xlbench.probes.nvml import Nvml
from xlbench.probes.system import HERE, System

Reading = int | float | str | tuple[str, ...] | None
"""What was read for one column; ``None``: the system does not tell."""

Kind = Literal["int", "float", "text", "texts"]


@dataclass(frozen=True, slots=True)
class InCells:
    """How the visits of a cell become one value of the ``cells`` table.

    Attributes:
        description: of that value.
        highest: the value is that of the visit in which this column is highest.
    """

    description: str
    highest: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the ``visits`` table that a probe fills.

    Attributes:
        name: with its unit.
        kind: type of its values.
        description: what they mean.
        in_cells: its place in the ``cells`` table, if it has one.
    """

    name: str
    kind: Kind
    description: str
    in_cells: InCells | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a probe may look at.

    Attributes:
        device: as torch names it.
        cuda: the module ``torch.cuda``, or a stand-in; ``None``: the device is none of it.
        nvml: the GPU; ``None``: there is none, or NVML does not know it.
        system: where ``proc`` and ``sys`` are.
        pid: number of this process as NVML knows it; ``None``: it can't be told.
        unseen_peak_bytes: returns the peak of allocated device memory as far as the allocator's
            own statistics don't show it.
        bystanders: returns the threads of this process that take no part in what is timed.
    """

    device: str = "cpu"
    cuda: Any = None
    nvml: Nvml | None = None
    system: System = HERE
    pid: int | None = None
    unseen_peak_bytes: Callable[[], int] = lambda: 0
    bystanders: Callable[[], Set[int]] = frozenset


@dataclass(frozen=True, slots=True)
class Readings:
    """What a probe read between ``start`` and ``stop``, by column, and flags of the visit."""

    values: dict[str, Reading]
    flags: tuple[Flag, ...] = ()


class Probe(Protocol):
    """Reads something around a stretch of work in this process."""

    columns: ClassVar[tuple[Column, ...]]
    """All that it fills, whatever the surroundings."""

    @classmethod
    def of(cls, surroundings: Surroundings) -> Self | None:
        """Return the probe; ``None``: there is nothing for it to read."""
        ...

    def start(self) -> None:
        """The work begins."""
        ...

    def stop(self) -> Readings:
        """The work has ended: return a reading for each of ``columns``."""
        ...


@runtime_checkable
class WhileTimed(Protocol):
    """A probe that reads around the stretches of timed batches, and not what is between them."""

    def begin(self) -> None:
        """Timed batches begin."""
        ...

    def end(self) -> None:
        """They have ended."""
        ...
