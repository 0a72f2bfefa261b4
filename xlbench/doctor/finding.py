"""What a check found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Status = Literal["ok", "warn", "bad", "unknown"]
"""``bad``: numbers from this machine will mislead; ``warn``: they will be wider than they
need be, or hold for this setting only."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's outcome.

    Attributes:
        name: what was looked at.
        status: how it stands.
        found: what is the case, for a reader.
        advice: what to do; empty where there is nothing to do.
        facts: the numbers behind it, units in their names.
    """

    name: str
    status: Status
    found: str
    advice: str = ""
    facts: Mapping[str, float | int | str | None] = field(default_factory=dict)


def fit(findings: Sequence[Finding]) -> bool:
    """Tell whether nothing is bad."""
    return all(finding.status != "bad" for finding in findings)
