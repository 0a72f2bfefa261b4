"""Checks that nothing could be said about, in one sentence instead of one each."""

from __future__ import annotations

from collections.abc import Sequence

from xlbench.judge.gate import Check, Gate

_NAMED = 3


def told_apart(gate: Gate) -> tuple[list[Check], str | None]:
    """Return the checks that say something of their own, and a sentence for the others.

    The others have too few processes, all alike; a check that could not be measured or compared
    says why.
    """
    mute = [check for check in gate.checks if _mute(check)]
    rest = [check for check in gate.checks if not _mute(check)]
    return rest, _sentence(mute, everything=not rest)


def _mute(check: Check) -> bool:
    return check.value is None and check.error is None and check.reason is None


def _sentence(checks: Sequence[Check], everything: bool) -> str | None:
    if not checks:
        return None
    count = "1 check" if len(checks) == 1 else f"{len(checks)} checks"
    what = "nothing could be judged" if everything else f"{count} could not be judged"
    places = [f"{check.what} of {' '.join(check.where)}" for check in checks[:_NAMED]]
    more = len(checks) - _NAMED
    named = ", ".join(places) + (f" and {more} more" if more > 0 else "")
    return f"{what} for want of processes ({named}): record both sides with --processes 5"
