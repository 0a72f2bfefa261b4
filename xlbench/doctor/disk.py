"""Room for results."""

from __future__ import annotations

import shutil
from pathlib import Path

from xlbench.doctor.finding import Finding, Status

MIB, GIB = 2**20, 2**30


def disk(folder: Path) -> Finding:
    """How much the file system of ``folder`` (or what exists of its path) has left.

    A full run of one arm over the sample writes about 5 MiB.
    """
    place = folder.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        free = shutil.disk_usage(place).free
    except OSError:
        return Finding("disk", "unknown", f"{place}: not told")
    found, facts = f"{free / GIB:.1f} GiB free for {folder}", {"free_bytes": free}
    if free >= GIB:
        return Finding("disk", "ok", found, facts=facts)
    status: Status = "bad" if free < 100 * MIB else "warn"
    return Finding("disk", status, found, "make room, or name another place with --out", facts)
