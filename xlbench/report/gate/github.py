"""The gate as GitHub's workflow commands, which become annotations of the run.

Escaping as in actions/toolkit, ``packages/core/src/command.ts``.
"""

from __future__ import annotations

from xlbench.judge.gate import Check, Gate
from xlbench.printable import printable
from xlbench.report.gate.text import summary
from xlbench.report.gate.unjudged import told_apart

_MOST = 10
"""GitHub shows ten annotations of a kind for each step."""

_LEVELS = {"fail": "error", "inconclusive": "warning"}


def github(gate: Gate) -> str:
    """Return an annotation for each check that did not pass, one of all notes, one of the whole."""
    telling, unjudged = told_apart(gate)
    lines = [] if unjudged is None else [_command("warning", "xlbench gate", unjudged)]
    for outcome, level in _LEVELS.items():
        mine = [check for check in telling if check.outcome == outcome]
        lines += [_command(level, _title(check), check.sentence) for check in mine[: _MOST - 1]]
        if len(mine) >= _MOST:
            rest = len(mine) - _MOST + 1
            lines.append(_command(level, "xlbench gate", f"{rest} more checks: {outcome}"))
    if gate.notes:
        lines.append(_command("notice", "xlbench gate: what to know", *gate.notes))
    level = "notice" if gate.outcome == "pass" else _LEVELS[gate.outcome]
    lines.append(_command("notice" if level == "error" else level, "xlbench gate", summary(gate)))
    return "\n".join(lines) + "\n"


def _title(check: Check) -> str:
    return f"{check.what} {' '.join(check.where)}"


def _command(level: str, title: str, *lines: str) -> str:
    escaped = _data(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{level} title={escaped}::{'%0A'.join(map(_data, lines))}"


def _data(text: str) -> str:
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
