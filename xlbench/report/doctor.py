"""The table of ``xlbench doctor``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from xlbench.doctor.finding import Finding, Status, fit

_STYLES: dict[Status, str] = {"ok": "green", "warn": "yellow", "bad": "bold red", "unknown": "dim"}


def doctor_table(findings: Sequence[Finding]) -> Table:
    """Return a line for each finding."""
    table = Table(pad_edge=False)
    for name in ("check", "", "found", "what to do"):
        table.add_column(name, overflow="fold", no_wrap=name in ("check", ""))
    for finding in findings:
        status = Text(finding.status, style=_STYLES[finding.status])
        table.add_row(finding.name, status, Text(finding.found), Text(finding.advice))
    return table


def summary(findings: Sequence[Finding]) -> str:
    """Return the verdict in one line."""
    counts = Counter(finding.status for finding in findings)
    told = ", ".join(f"{counts[status]} {status}" for status in _STYLES if counts[status])
    if fit(findings):
        return f"Fit to measure on: {told}."
    names = ", ".join(finding.name for finding in findings if finding.status == "bad")
    return f"Not fit to measure on as it is ({names}): {told}."
