"""How an arm differs from the first: by a comparison where there is one, else plainly.

The mean over all that was compared has the comparison's own interval and verdict. Else the interval
of a mean over languages is the mean of their intervals. The standard deviation
of a mean is at most the mean of the standard deviations (Minkowski), so it holds whatever the
languages' errors have in common: parallel examples have much.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, inf, log

from xlbench.cell import OFFLINE, Cell, Scenario
from xlbench.report.cells import Interval
from xlbench.report.compared import Compared, ComparedCell, Ratio
from xlbench.report.paper.doubt import FAILED, mark_of
from xlbench.report.paper.grid import Entry
from xlbench.report.paper.quantity import Quantity, behind, measured, scenario_of
from xlbench.report.whole import Whole
from xlbench.stats.verdicts import Claim

RATIO_DIGITS = 3
Place = tuple[str, str]
"""Task and language."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two arms: ``b`` is held against ``a``."""

    a: str
    b: str


def change(whole: Whole, quantity: Quantity, pair: Pair, places: Sequence[Place]) -> Entry:
    """Return the change of a quantity over these tasks and languages.

    Where a comparison of the two arms has all of them, the change, its interval and the
    verdicts are the comparison's. Else it is worked out from the values, without an interval.
    """
    compared = _comparison(whole, pair)
    entry = None if compared is None else _proven(whole, compared, quantity, places)
    entry = entry or _plain(whole, quantity, pair, places)
    return replace(entry, mark=_mark(whole, compared, quantity, pair, places))


def _mark(
    whole: Whole,
    compared: Compared | None,
    quantity: Quantity,
    pair: Pair,
    places: Sequence[Place],
) -> str:
    """Return the mark of a change: that of either arm's cells, or of a turn that failed."""
    scenarios = whole.scenarios if quantity.scenario is None else [scenario_of(whole, quantity)]
    turned = [_cell(compared, p, s) for p in places for s in scenarios] if compared else []
    if any(one is not None and one.error for one in turned):
        return FAILED
    cells = [
        c for arm in (pair.a, pair.b) for p in places for c in behind(whole, quantity, arm, *p)
    ]
    return mark_of(cells, quantity.doubtful)


def _comparison(whole: Whole, pair: Pair) -> Compared | None:
    return next((one for one in whole.comparisons if (one.a, one.b) == (pair.a, pair.b)), None)


def _proven(
    whole: Whole, compared: Compared, quantity: Quantity, places: Sequence[Place]
) -> Entry | None:
    if quantity.points:
        found = [_cell(compared, place, OFFLINE) for place in places]
        changes = [one.metric for one in found if one is not None and one.metric is not None]
        return _difference(quantity, changes) if places and len(changes) == len(places) else None
    ratios = [_ratio(whole, compared, quantity, place) for place in places]
    known = [one for one in ratios if one is not None]
    if not known or len(known) < len(places):
        return None
    intervals = [one.interval for one in known if one.interval is not None]
    if len(intervals) < len(known):
        return Entry(None, digits=RATIO_DIGITS, verdicts=_counted(quantity, known))
    value, lo, hi = _over(intervals)
    verdicts = _counted(quantity, known)
    whole_ratio = _over_all(whole, compared, quantity, places)
    if whole_ratio is not None and (mean := whole_ratio.interval) is not None:
        value, lo, hi = mean.value, mean.lo, mean.hi
        verdicts = Counter([whole_ratio.verdict])
    if quantity.inverse:
        value, lo, hi = 1 / value, None if not hi else 1 / hi, 1 / lo if lo else None
    return Entry(value, lo, hi, RATIO_DIGITS, verdicts=verdicts)


def _over_all(
    whole: Whole, compared: Compared, quantity: Quantity, places: Sequence[Place]
) -> Ratio | None:
    if quantity.scenario is None or quantity.compared is None:
        return None
    return compared.over_all(scenario_of(whole, quantity), places, quantity.compared)


def _ratio(whole: Whole, compared: Compared, quantity: Quantity, place: Place) -> Ratio | None:
    if quantity.compared is None:
        return None
    # Memory is judged in both scenarios: the one with the batches has the peak.
    scenario = OFFLINE if quantity.scenario is None else scenario_of(whole, quantity)
    for one in (scenario, *whole.scenarios) if quantity.scenario is None else (scenario,):
        cell = _cell(compared, place, one)
        if cell is not None and quantity.compared in cell.quantities:
            return cell.quantities[quantity.compared]
    return None


def _cell(compared: Compared, place: Place, scenario: Scenario) -> ComparedCell | None:
    return compared.cells.get(Cell(*place, scenario))


def _counted(quantity: Quantity, ratios: Sequence[Ratio]) -> Counter[Claim]:
    return Counter(one.verdict for one in ratios)


def _difference(quantity: Quantity, changes: Sequence[Interval]) -> Entry:
    count = len(changes)
    value = sum(one.value for one in changes) / count
    ends = [(one.lo, one.hi) for one in changes if one.lo is not None and one.hi is not None]
    if len(ends) < count:
        return Entry(value, digits=quantity.digits, signed=True)
    lo, hi = (sum(one) / count for one in zip(*ends, strict=True))
    return Entry(value, lo, hi, quantity.digits, signed=True)


def _over(intervals: Sequence[Interval]) -> tuple[float, float | None, float | None]:
    """The geometric mean of ratios; an end that any of them lacks is lacking."""
    count = len(intervals)
    value = exp(sum(log(one.value) for one in intervals) / count)
    lows = [one.lo for one in intervals]
    highs = [one.hi for one in intervals]
    return value, _mean_log(lows), _mean_log(highs)


def _mean_log(ends: Sequence[float | None]) -> float | None:
    known = [end for end in ends if end is not None]
    if len(known) < len(ends):
        return None
    if min(known) <= 0 or max(known) == inf:
        return 0.0 if min(known) <= 0 else inf
    return exp(sum(map(log, known)) / len(known))


def _plain(whole: Whole, quantity: Quantity, pair: Pair, places: Sequence[Place]) -> Entry:
    digits = quantity.digits if quantity.points else RATIO_DIGITS
    empty = Entry(None, digits=digits, signed=quantity.points)
    a, b = (
        [measured(whole, quantity, arm, *place) for place in places] for arm in (pair.a, pair.b)
    )
    if not places or None in a or None in b:
        return empty
    values = [(x.value, y.value) for x, y in zip(a, b, strict=True) if x and y]
    if quantity.points:
        change = sum(y - x for x, y in values) / len(values)
        return Entry(change, digits=digits, signed=True)
    if any(x <= 0 or y <= 0 for x, y in values):
        return empty
    if quantity.over == "maximum":
        return Entry(max(y for _, y in values) / max(x for x, _ in values), digits=digits)
    return Entry(exp(sum(log(y / x) for x, y in values) / len(values)), digits=digits)
