"""The gate for a reader at a terminal or of a log."""

from __future__ import annotations

from xlbench.judge.gate import Gate, Outcome
from xlbench.printable import printable
from xlbench.report.gate.unjudged import told_apart

_ORDER: tuple[Outcome, ...] = ("fail", "inconclusive", "pass")
MARKS = {"fail": "FAIL", "inconclusive": "????", "pass": "ok  "}


def text(gate: Gate) -> str:
    """Return a line for each check, failures first, and the outcome.

    What could not be judged for want of processes is one line.
    """
    telling, unjudged = told_apart(gate)
    checks = sorted(telling, key=lambda check: _ORDER.index(check.outcome))
    lines = [f"{MARKS[check.outcome]} {check.sentence}" for check in checks]
    if unjudged is not None:
        lines.append(f"{MARKS['inconclusive']} {unjudged}")
    # A log reads a line that begins with :: as a command, wherever the name in it came from.
    return "\n".join(map(printable, [*lines, *gate.notes, summary(gate)])) + "\n"


def summary(gate: Gate) -> str:
    """Return the outcome in one sentence."""
    counts = ", ".join(f"{gate.count(o)} {o}" for o in _ORDER if gate.count(o)) or "no checks"
    return f"gate: {gate.outcome} ({counts}): {gate.current} against {gate.baseline}"
