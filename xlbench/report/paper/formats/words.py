"""An entry in words, for formats that are read by people."""

from __future__ import annotations

from xlbench.report.numbers import DASH, digits, signed
from xlbench.report.paper.grid import Entry
from xlbench.report.paper.signs import SIGNS


def number(entry: Entry) -> str:
    """Return the value, with its second number and mark; a dash where there is none."""
    if entry.value is None:
        return f"{DASH} {entry.mark}".rstrip()
    shown = _shown(entry, entry.value)
    if entry.second is not None:
        shown += f" / {_shown(entry, entry.second)}"
    return shown + entry.mark


def interval(entry: Entry) -> str:
    """Return ``[lo, hi]``; nothing where there is none."""
    if entry.value is None or entry.lo is None or entry.hi is None:
        return ""
    return f"[{_shown(entry, entry.lo)}, {_shown(entry, entry.hi)}]"


def verdicts(entry: Entry) -> str:
    """Return the sign of a verdict, or of several cells each sign with its count."""
    if not entry.verdicts:
        return ""
    if sum(entry.verdicts.values()) == 1:
        return SIGNS[next(claim for claim, count in entry.verdicts.items() if count)]
    counts = [(sign, entry.verdicts.get(claim, 0)) for claim, sign in SIGNS.items()]
    return " ".join(f"{sign}{count}" for sign, count in counts if count)


def plain(entry: Entry) -> str:
    """Return everything of an entry in a line."""
    return " ".join(filter(None, (number(entry), interval(entry), verdicts(entry))))


def _shown(entry: Entry, value: float) -> str:
    return signed(value, entry.digits) if entry.signed else digits(value, entry.digits)
