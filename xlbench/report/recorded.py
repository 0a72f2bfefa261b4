"""A result with what a report adds to it: its averages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlbench.results.averages import averages
from xlbench.results.manifest import Manifest
from xlbench.results.result import Result, read_result
from xlbench.results.schema import Row


@dataclass(frozen=True, slots=True)
class Recorded:
    """A result and its averages.

    Attributes:
        result: the result.
        averages: as ``results.averages`` returns them.
    """

    result: Result
    averages: dict[str, Any]

    @property
    def name(self) -> str:
        """The folder as the user named it."""
        return self.result.name

    @property
    def manifest(self) -> Manifest:
        return self.result.manifest

    @property
    def rows(self) -> Sequence[Row]:
        """Of the ``cells`` table."""
        return self.result.cells

    @property
    def commands(self) -> list[str]:
        """The command lines that made it, in order."""
        return [segment.command for segment in self.manifest.segments]

    def to_json(self) -> dict[str, Any]:
        """Return what ``xlbench report --json`` prints of it."""
        return {
            "result": self.name,
            "run_id": self.manifest.run_id,
            "status": self.manifest.status,
            "commands": self.commands,
            "cells": list(self.rows),
            "averages": self.averages,
        }


def recorded(folder: Path) -> Recorded:
    """Return the result in a folder.

    Raises:
        UserError: it is no result folder, or has no cells yet.
    """
    result = read_result(folder)
    return Recorded(result, averages(result.cells))
