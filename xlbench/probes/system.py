"""The files through which Linux tells of itself: ``/proc`` and ``/sys``, or a copy of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class System:
    """A file system root below which ``proc`` and ``sys`` are looked up."""

    root: Path = Path("/")

    def text(self, path: str) -> str | None:
        """Return a file's text without white space around it; ``None``: it can't be read."""
        try:
            return (self.root / path).read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return None

    def number(self, path: str) -> int | None:
        """Return a file's whole number; ``None``: it can't be read or holds something else."""
        return as_number(self.text(path))

    def fields(self, path: str) -> dict[str, int]:
        """Return the numbers of a file of lines ``name value`` or ``name: value kB``."""
        found = {}
        for line in (self.text(path) or "").splitlines():
            name, *values = line.replace(":", " ").split()
            value = as_number(values[0]) if values else None
            if value is not None:
                found[name] = value
        return found


HERE = System()
"""This machine."""


def as_number(text: str | None) -> int | None:
    """Return ``text`` as a whole number; ``None`` where it is none."""
    try:
        return None if text is None else int(text)
    except ValueError:
        return None
