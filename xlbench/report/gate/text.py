"""The gate for a reader at a terminal or of a log."""

from __future__ import annotations

from xlbench.judge.gate import Gate, Outcome

_ORDER: tuple[Outcome, ...] = ("fail", "inconclusive", "pass")
MARKS = {"fail": "FAIL", "inconclusive": "????", "pass": "ok  "}


def text(gate: Gate) -> str:
    """Return a line for each check, failures first, and the outcome."""
    checks = sorted(gate.checks, key=lambda check: _ORDER.index(check.outcome))
    lines = [f"{MARKS[check.outcome]} {check.sentence}" for check in checks]
    return "\n".join([*lines, *gate.notes, summary(gate)]) + "\n"


def summary(gate: Gate) -> str:
    """Return the outcome in one sentence."""
    counts = ", ".join(f"{gate.count(o)} {o}" for o in _ORDER if gate.count(o)) or "no checks"
    return f"gate: {gate.outcome} ({counts}): {gate.current} against {gate.baseline}"
