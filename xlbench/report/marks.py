"""Marks in the row of a cell that a reader should look at twice."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from xlbench.flags import Flag

DOUBTFUL = frozenset(
    {
        Flag.DISTURBED,
        Flag.THROTTLED,
        Flag.WARM_UP_UNSTEADY,
        Flag.NONDETERMINISTIC,
        Flag.GPU_UNUSED,
    }
)
"""Flags of cells whose numbers may say something else than what they stand for."""

SEEN_ANYWAY = frozenset({Flag.NO_P50, Flag.NO_P90, Flag.NO_P95, Flag.NO_P99, Flag.NO_LABELS})
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
