"""A result with what a report adds to it: its averages and its verdicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from xlbench.printable import printable
from xlbench.report.cells import SeenCell, seen_cells
from xlbench.report.compared import Compared, read_comparisons
from xlbench.results.averages import averages
from xlbench.results.manifest import Manifest
from xlbench.results.result import Result, read_result
from xlbench.results.schema import Row


@dataclass(frozen=True)
class Recorded:
    """A result, its averages and its verdicts.

    Attributes:
        result: the result.
        averages: as ``results.averages`` returns them.
        comparisons: verdicts on its arms, where it is that of a comparison.
    """

    result: Result
    averages: Mapping[str, Any]
    comparisons: tuple[Compared, ...] = ()

    @property
    def name(self) -> str:
        """The folder as the user named it, printable."""
        return printable(self.result.name)

    @property
    def manifest(self) -> Manifest:
        return self.result.manifest

    @property
    def rows(self) -> Sequence[Row]:
        """Of the ``cells`` table."""
        return self.result.cells

    @cached_property
    def cells(self) -> tuple[SeenCell, ...]:
        """The same, as a report reads them."""
        return seen_cells(self.rows)

    @property
    def commands(self) -> list[str]:
        """The command lines that made it, in order."""
        return [segment.command for segment in self.manifest.segments]

    def of(self, passes: Callable[[SeenCell], bool]) -> Recorded:
        """Return the same with only the cells that pass, and their averages."""
        pairs = zip(self.rows, self.cells, strict=True)
        rows = tuple(row for row, cell in pairs if passes(cell))
        if len(rows) == len(self.rows):
            return self
        return replace(self, result=replace(self.result, cells=rows), averages=averages(rows))

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
        UserError: it is no result folder, has no cells yet, or a file is damaged.
    """
    result = read_result(folder)
    return Recorded(result, averages(result.cells), read_comparisons(folder))
