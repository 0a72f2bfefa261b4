"""xlbench: per-language latency, throughput, memory and accuracy of multilingual encoders.

From Python: ``run``, ``resume``, ``load``, ``compare`` and ``gate``; see ``xlbench.api``. They are
imported when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlbench.version import __version__ as __version__

if TYPE_CHECKING:
    from xlbench.api import Arm as Arm
    from xlbench.api import Check as Check
    from xlbench.api import Comparison as Comparison
    from xlbench.api import Gate as Gate
    from xlbench.api import Options as Options
    from xlbench.api import Recorded as Recorded
    from xlbench.api import Standing as Standing
    from xlbench.api import Table as Table
    from xlbench.api import UserError as UserError
    from xlbench.api import compare as compare
    from xlbench.api import compare_all as compare_all
    from xlbench.api import gate as gate
    from xlbench.api import load as load
    from xlbench.api import resume as resume
    from xlbench.api import run as run
    from xlbench.api import standings as standings

_VALUES = (
    "Arm",
    "Check",
    "Comparison",
    "Gate",
    "Options",
    "Recorded",
    "Standing",
    "Table",
    "UserError",
)
_FUNCTIONS = ("compare", "compare_all", "gate", "load", "resume", "run", "standings")
_OF_API = frozenset((*_VALUES, *_FUNCTIONS))


def __getattr__(name: str) -> Any:
    if name in _OF_API:
        import importlib

        return getattr(importlib.import_module("xlbench.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_OF_API})
