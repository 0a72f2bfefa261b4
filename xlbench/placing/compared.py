"""A comparison on another machine: the pair of arms is one unit, with all its pairs of processes.

What comes back is the comparison and its whole result folder, or nothing.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from xlbench.compare.controller import Undecided
from xlbench.compare.live import Asked, compare_live
from xlbench.judge.comparison import Comparison
from xlbench.placing.cores import exclusive, pinned
from xlbench.placing.silent import Silent
from xlbench.results.files import make_folder, write_bytes
from xlbench.results.lock import LOCK, locked
from xlbench.results.manifest import MANIFEST
from xlbench.run.manifest import check_empty
from xlbench.version import __version__
from xlbench.workers.forkable import on_gpu


@dataclass(frozen=True, slots=True)
class Pair:
    """What a machine is told to compare.

    Attributes:
        asked: what is asked for.
        command: the command line, for the manifest.
        undecided: returns the cells that lack a verdict; ``None``: at the margin.
        processors: how many the pair is to have to itself.
        folder: that paths begin at.
        version: of the program that asks.
    """

    asked: Asked
    command: str
    undecided: Undecided | None
    processors: int
    folder: str = field(default_factory=os.getcwd)
    version: str = __version__


@dataclass(frozen=True, slots=True)
class Compared:
    """Comparisons with one first arm, what was said while they were made, and the files of their
    folder by name."""

    comparisons: tuple[Comparison, ...]
    warnings: tuple[str, ...]
    files: Mapping[str, bytes]


def compare_pair(pair: Pair, allowed: tuple[int, ...]) -> Compared:
    """Measure arms in turns on processors of their own.

    Args:
        pair: what to compare.
        allowed: processors to choose from.

    Raises:
        UserError: something asked for is not here, or nothing could be measured.
    """
    settings = pair.asked.settings
    arms = tuple(
        replace(arm, options=replace(arm.options, device="cuda:0"))
        if arm.options.device.startswith("cuda")
        else arm
        for arm in settings.arms
    )
    here = replace(pair.asked, settings=replace(settings, arms=arms, engine="local"))
    warnings: list[str] = []
    choice = allowed if pair.asked.cpus is None else pair.asked.cpus
    with (
        exclusive(pair.processors, choice) as own,
        pinned(own),
        tempfile.TemporaryDirectory(prefix="xlbench-pair-") as temporary,
    ):
        folder = Path(temporary) / "pair"
        comparisons = compare_live(
            here, folder, pair.command, warnings.append, Silent(), pair.undecided
        )
        files = {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != LOCK
        }
    return Compared(comparisons, tuple(warnings), files)


def processors_of(asked: Asked, whole: int) -> int:
    """Return how many processors a pair has to itself.

    Args:
        asked: what is asked for.
        whole: a device's share of a machine's processors.
    """
    if asked.cpus is not None:
        return len(asked.cpus)
    devices = [arm.options.device for arm in asked.settings.arms]
    return whole if any(map(on_gpu, devices)) else 1


def write(compared: Compared, folder: Path) -> None:
    """Write the folder of a comparison; what makes it a result comes last.

    Raises:
        UserError: ``folder`` is not empty, is being written to or can't be.
    """
    with locked(folder):
        check_empty(folder)
        for name in sorted(compared.files, key=lambda name: name == MANIFEST):
            make_folder((folder / name).parent)
            write_bytes(folder / name, compared.files[name])
