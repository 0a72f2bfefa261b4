"""Marks in the row of a cell that a reader should look at twice."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

DOUBTFUL = frozenset(
    {"disturbed", "throttled", "slow-clock", "warm-up-unsteady", "nondeterministic", "non-finite"}
)
"""Flags of cells whose numbers may say something else than what they stand for."""

SEEN_ANYWAY = frozenset({"no-p50", "no-p90", "no-p95", "no-p99", "no-labels"})
"""Flags that say why a number is not there, which the row shows by itself."""

_STYLES = {"x": "red", "!": "yellow", "*": "dim"}


def mark(flags: Iterable[str], status: str = "ok") -> Text:
    """Return ``x`` (failed), ``!`` (a number is in doubt), ``*`` (worth a note) or nothing."""
    found = set(flags)
    sign = ""
    if status == "failed":
        sign = "x"
    elif found & DOUBTFUL:
        sign = "!"
    elif found - SEEN_ANYWAY:
        sign = "*"
    return Text(sign, style=_STYLES.get(sign, ""))
