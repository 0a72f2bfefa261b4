"""What a kind of arm costs: ratios of latency and memory to the first kind's, with verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import exp, inf, log

from xlbench.report.paper.change import RATIO_DIGITS, Pair, Place, change
from xlbench.report.paper.doubt import FAILED
from xlbench.report.paper.grid import Entry
from xlbench.report.paper.quantity import Quantity
from xlbench.report.tradeoff.scored import Scored
from xlbench.results.kinds import Kind
from xlbench.stats.verdicts import Claim


def cost(scored: Scored, kind: Kind, quantity: Quantity, places: Sequence[Place]) -> Entry:
    """Return the ratio over these tasks and languages, and over the kinds' pairs of arms.

    Where pairs were compared, it is theirs alone: the geometric mean, ends and all, and the
    verdicts of every cell of every pair.
    """
    found = [change(scored.whole, quantity, pair, places) for pair in _pairs(scored.kinds[0], kind)]
    compared = [entry for entry in found if entry.verdicts]
    chosen = compared or [entry for entry in found if entry.value is not None]
    verdicts: Counter[Claim] = sum((Counter(e.verdicts) for e in chosen), Counter())
    values = [entry.value for entry in chosen]
    marks = {mark for entry in found for mark in entry.mark}
    mark = FAILED if FAILED in marks else "".join(marks)
    if not values or None in values:
        return Entry(None, digits=RATIO_DIGITS, verdicts=verdicts, mark=mark)
    lo, hi = (_mean([getattr(entry, end) for entry in chosen]) for end in ("lo", "hi"))
    return Entry(_mean(values), lo, hi, RATIO_DIGITS, verdicts=verdicts, mark=mark)


def _pairs(first: Kind, kind: Kind) -> list[Pair]:
    """Arms of the same seed, or every arm with every other where seeds differ."""
    if list(first.arms) == list(kind.arms):
        return [Pair(first.arms[seed], arm) for seed, arm in kind.arms.items()]
    return [Pair(a, b) for a in first.arms.values() for b in kind.arms.values()]


def _mean(ends: Sequence[float | None]) -> float | None:
    """The geometric mean; an end that is lacking, 0 or infinite makes that of the whole so."""
    known = [end for end in ends if end is not None]
    if len(known) < len(ends):
        return None
    if min(known) <= 0 or max(known) == inf:
        return 0.0 if min(known) <= 0 else inf
    return exp(sum(map(log, known)) / len(known))
