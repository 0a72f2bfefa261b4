"""A number of inputs over all targets, each from a seed of its own: any can be made again."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fuzzing.judge import judged

Target = Callable[[random.Random], Callable[[], object]]
"""Makes an input from a source of randomness, and returns the call that reads it."""
SHARED_MEMORY = Path("/dev/shm")
ROOM_BYTES = 256 << 20


@dataclass
class Findings:
    """What a campaign found.

    Attributes:
        inputs, refused: how many inputs each target had, and how many were a ``UserError``.
        slowest_s, largest_bytes: the most processor time and memory of one input, by target.
        cpu_s: processor time of all inputs, by target.
        faults: what went wrong, with how many inputs and the number of the first of them.
    """

    inputs: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    slowest_s: dict[str, float] = field(default_factory=dict)
    largest_bytes: dict[str, int] = field(default_factory=dict)
    cpu_s: dict[str, float] = field(default_factory=dict)
    faults: dict[str, dict[str, Any]] = field(default_factory=dict)


def campaign(
    targets: Mapping[str, Callable[[Path], Target]],
    shares: Mapping[str, float],
    numbers: Iterable[int],
    seed: int,
) -> Findings:
    """Give each numbered input to the target that its seed draws; return what was found.

    Args:
        targets: by name, each made for a scratch folder.
        shares: how often each is drawn, in proportion.
        numbers: of the inputs.
        seed: with an input's number it makes the input.
    """
    found = Findings()
    with tempfile.TemporaryDirectory(prefix="xlbench-fuzz-", dir=_in_memory()) as scratch:
        ready = {}
        for name, make in targets.items():
            folder = Path(scratch) / name
            folder.mkdir()
            ready[name] = make(folder)
        names, weights = zip(*shares.items(), strict=True)
        for number in numbers:
            drawn = random.Random(f"{seed} {number}")
            (name,) = drawn.choices(names, weights)
            _one(found, name, ready[name](drawn), number)
    return found


def _in_memory() -> Path | None:
    """A folder whose files are in memory, ``None`` where there is no room.

    Each input replaces the file of the one before it, and the file system of a disk (ext4) has
    whoever replaces a file wait until the new one is on the disk.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=SHARED_MEMORY):
            free = shutil.disk_usage(SHARED_MEMORY).free
    except OSError:
        return None
    return SHARED_MEMORY if free > ROOM_BYTES else None


def _one(found: Findings, name: str, read: Callable[[], object], number: int) -> None:
    verdict = judged(read)
    found.inputs[name] = found.inputs.get(name, 0) + 1
    found.refused[name] = found.refused.get(name, 0) + verdict.refused
    found.cpu_s[name] = found.cpu_s.get(name, 0.0) + verdict.cpu_s
    found.slowest_s[name] = max(found.slowest_s.get(name, 0.0), verdict.cpu_s)
    found.largest_bytes[name] = max(found.largest_bytes.get(name, 0), verdict.grown_bytes)
    if verdict.fault:
        fault = found.faults.setdefault(f"{name}: {verdict.fault}", {"count": 0, "first": number})
        fault["count"] += 1
