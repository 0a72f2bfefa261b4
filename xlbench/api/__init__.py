"""What a Python program calls: measure, load, compare, gate. The command line stands on it.

A user's mistake is a ``UserError``; nothing is printed. Importing this imports neither torch nor
transformers: those belong to the worker processes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from xlbench.api.comparing import compare, compare_all, gate
from xlbench.api.measuring import resume, run
from xlbench.api.tables import Recorded, Table, load
from xlbench.arm_options import Options
from xlbench.arms import Arm
from xlbench.errors import UserError
from xlbench.judge.comparison import CellComparison, Comparison, Estimate, MetricChange
from xlbench.judge.gate import Check, Gate
from xlbench.judge.standings import Standing, standings

__all__ = [
    "Arm",
    "CellComparison",
    "Check",
    "Comparison",
    "Estimate",
    "Gate",
    "MetricChange",
    "Options",
    "Recorded",
    "Standing",
    "Table",
    "UserError",
    "compare",
    "compare_all",
    "gate",
    "load",
    "resume",
    "run",
    "standings",
]


def _called_as(room: str, function: Callable[..., Any]) -> None:
    """Have a package that is called as one of the functions be that function when it is called.

    ``xlbench.run`` is both: Python sets it to the package as soon as a module of it is imported.
    """
    package = sys.modules[room]
    package.__class__ = type("Room", (ModuleType,), {"__call__": staticmethod(function)})


_called_as("xlbench.run", run)
_called_as("xlbench.compare", compare)
