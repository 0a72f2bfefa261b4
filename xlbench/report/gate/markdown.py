"""The gate as Markdown, for a job summary or a comment."""

from __future__ import annotations

from xlbench.judge.gate import Check, Gate
from xlbench.printable import printable
from xlbench.report.gate.text import summary
from xlbench.report.gate.unjudged import told_apart

_MARKS = {"fail": "❌", "inconclusive": "❔", "pass": "✅"}


def markdown(gate: Gate) -> str:
    """Return a heading, a table of what did not pass, and a folded table of what did."""
    lines = [f"## {_MARKS[gate.outcome]} {_safe(summary(gate))}", ""]
    telling, unjudged = told_apart(gate)
    bad = [check for check in telling if check.outcome != "pass"]
    good = [check for check in gate.checks if check.outcome == "pass"]
    if bad:
        lines += [*_table(bad), ""]
    if unjudged is not None:
        lines += [f"{_MARKS['inconclusive']} {_safe(unjudged)}", ""]
    if good:
        lines += ["<details>", f"<summary>{len(good)} passed</summary>", ""]
        lines += [*_table(good), "", "</details>", ""]
    lines += [f"- {_safe(note)}" for note in gate.notes]
    return "\n".join(lines).rstrip() + "\n"


def _table(checks: list[Check]) -> list[str]:
    return [
        "| | cell | what | change | 95 % interval | limit |",
        "| --- | --- | --- | ---: | ---: | ---: |",
        *(
            f"| {_MARKS[c.outcome]} | {_safe(' '.join(c.where))} | {c.what} | "
            f"{_found(c)} | {_interval(c)} | {_limit(c)} |"
            for c in checks
        ),
    ]


def _found(check: Check) -> str:
    return _number(check, check.value) if check.reason is None else _safe(check.reason)


def _number(check: Check, value: float | None) -> str:
    if value is None:
        return "not measured"
    return f"{value:+.2f} points" if check.what == "metric" else f"{value:+.2%}"


def _interval(check: Check) -> str:
    if check.lo is None or check.hi is None:
        return ""
    return f"{_number(check, check.lo)} to {_number(check, check.hi)}"


def _limit(check: Check) -> str:
    return f"-{check.limit:g} points" if check.what == "metric" else f"{100 * check.limit:+g}%"


def _safe(text: str) -> str:
    text = printable(text)
    for sign in "\\|<>*_`[]":
        text = text.replace(sign, f"\\{sign}")
    return text
