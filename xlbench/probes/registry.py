"""All probes. A new one is a file and a line here; the tables get its columns from here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from xlbench.flags import Flag
from xlbench.probes.clocks import Clocks
from xlbench.probes.cuda import CudaPeak
from xlbench.probes.disturbance import Disturbance
from xlbench.probes.energy import Energy
from xlbench.probes.host import PeakRss
from xlbench.probes.probe import Column, Probe, Reading, Readings, Surroundings, WhileTimed
from xlbench.probes.process_vram import ProcessVram

PROBES: tuple[type[Probe], ...] = (
    CudaPeak,
    ProcessVram,
    PeakRss,
    Energy,
    Clocks,
    Disturbance,
)
"""Around a visit: started in this order and stopped in the reverse, so that the last ones see
least of the others."""

IN_TURNS: tuple[type[Probe], ...] = (Disturbance,)
"""Around a turn, which is short: only what costs little, and adds up over turns."""


def columns_of(probes: Iterable[type[Probe]]) -> tuple[Column, ...]:
    """Return the columns that probes fill, in order."""
    return tuple(column for probe in probes for column in probe.columns)


COLUMNS = columns_of(PROBES)


class Around:
    """Some probes around a stretch of work.

    Args:
        kinds: which.
        surroundings: what they may look at; a probe without anything to read there is left
            out, and its columns are ``None``.
    """

    def __init__(self, kinds: Sequence[type[Probe]], surroundings: Surroundings) -> None:
        self._names = [column.name for column in columns_of(kinds)]
        made = [kind.of(surroundings) for kind in kinds]
        self._probes = [probe for probe in made if probe is not None]

    def start(self) -> None:
        """The work begins."""
        for probe in self._probes:
            probe.start()

    @contextmanager
    def timed(self) -> Iterator[None]:
        """To be entered around each stretch of timed batches between ``start`` and ``stop``."""
        readers = [probe for probe in self._probes if isinstance(probe, WhileTimed)]
        for reader in readers:
            reader.begin()
        yield
        for reader in reversed(readers):
            reader.end()

    def stop(self) -> Readings:
        """Return what was read, a value for each column.

        Raises:
            ValueError: a probe told of columns that it does not have, or not of all.
        """
        values: dict[str, Reading] = dict.fromkeys(self._names)
        flags: list[Flag] = []
        for probe in reversed(self._probes):
            told = probe.stop()
            check_names(told.values, probe.columns, type(probe).__name__)
            values |= told.values
            flags += told.flags
        return Readings(values, tuple(flags))


def check_names(values: Mapping[str, Reading], columns: Iterable[Column], source: str) -> None:
    """Raise ``ValueError`` unless there is a value for each column and no other."""
    declared = {column.name for column in columns}
    for name in sorted(declared ^ values.keys()):
        fault = "is missing" if name in declared else "is unknown"
        raise ValueError(f"readings of {source}: {name!r} {fault}")


def added(one: Mapping[str, Reading], more: Mapping[str, Reading]) -> dict[str, Reading]:
    """Return the readings of two stretches of work as those of both together.

    Numbers add up, where both are known; texts are united.
    """
    return {name: _added(value, more[name]) for name, value in one.items()}


def _added(one: Reading, more: Reading) -> Reading:
    if isinstance(one, tuple) and isinstance(more, tuple):
        return tuple(dict.fromkeys((*one, *more)))
    if isinstance(one, int | float) and isinstance(more, int | float):
        return one + more
    if one is None or more is None:
        return None
    raise TypeError(f"{one!r} and {more!r} don't add up")
