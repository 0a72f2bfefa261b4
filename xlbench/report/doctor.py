"""The table of ``xlbench doctor``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.text import Text

from xlbench.doctor.finding import Finding, Status, fit
from xlbench.report.fitted import Column, Content, Fitted

_STYLES: dict[Status, str] = {"ok": "green", "warn": "yellow", "bad": "bold red", "unknown": "dim"}


_COLUMNS = (
    Column("check", right=False),
    Column("status", right=False, head=""),
    Column("found", right=False, wraps=True),
    Column("advice", right=False, head="what to do", wraps=True),
)


def doctor_lines(findings: Sequence[Finding], width: int) -> Iterator[Text]:
    """Yield a table, a line or more for each finding, no longer than ``width``."""
    rows: list[list[Content]] = [
        [each.name, Text(each.status, style=_STYLES[each.status]), each.found, each.advice]
        for each in findings
    ]
    yield from Fitted(_COLUMNS, rows).lines(width)


def summary(findings: Sequence[Finding]) -> str:
    """Return the verdict in one line."""
    counts = Counter(finding.status for finding in findings)
    told = ", ".join(f"{counts[status]} {status}" for status in _STYLES if counts[status])
    if fit(findings):
        return f"Fit to measure on: {told}."
    names = ", ".join(finding.name for finding in findings if finding.status == "bad")
    return f"Not fit to measure on as it is ({names}): {told}."
