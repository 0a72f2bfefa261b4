"""A run as it was recorded: what a report is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlbench.results.averages import averages
from xlbench.results.folder import read_cells, read_manifest

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A result folder.

    Attributes:
        name: the folder as the user named it.
        manifest: ``run.json``.
        rows: of ``cells.parquet``.
        averages: as ``results.averages`` returns them.
    """

    name: str
    manifest: Mapping[str, Any]
    rows: list[Row]
    averages: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return what ``xlbench report --json`` prints of it."""
        return {
            "result": self.name,
            "run_id": self.manifest.get("run_id"),
            "status": self.manifest.get("status"),
            "commands": self.commands,
            "cells": self.rows,
            "averages": self.averages,
        }

    @property
    def commands(self) -> list[str]:
        """The command lines that made it, in order."""
        return [str(sitting["command"]) for sitting in self.manifest.get("sittings", ())]


def recorded(folder: Path) -> Recorded:
    """Return the result in a folder.

    Raises:
        UserError: it is no result folder, or has no cells yet.
    """
    manifest, rows = read_manifest(folder), read_cells(folder)
    return Recorded(str(folder), manifest, rows, averages(rows))
