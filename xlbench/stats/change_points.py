"""When a series changed its level: offline change points with a known rate of false alarms.

Binary segmentation (Scott and Knott 1974, Biometrics 30:507; Vostrikova 1981, Sov. Math.
Dokl. 24:55): find the change that stands out most, test it, and look on both sides of it.
What stands out is judged by ranks, so that neither the unit nor the shape of the noise nor
one wild point matters:

* the largest standardised rank sum over all places to cut the series in two (maximally
  selected rank statistic: Hothorn and Lausen 2003, Comput. Stat. Data Anal. 43:121);
* the same over all stretches against the rest, for a change that was taken back later,
  which no single cut shows (circular binary segmentation: Olshen, Venkatraman, Lucito and
  Wigler 2004, Biostatistics 5:557).

Without a change every order of the points is equally likely. The null distribution of both
statistics over random orders depends on the number of points alone, so it is simulated once
and holds for every series of that length: the test is a permutation test, and its level is
exact for any noise that is independent from point to point. A slow drift is a change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from xlbench.stats.discoveries import discovery_level

MIN_POINTS = 8
"""Fewer points have too few orders for any to be unlikely: 4 against 4 is 2 in 70."""

MIN_SEGMENT = 3
"""One or two points apart from the rest are outliers, not a level."""

RATE = 0.05
"""Probability of a false alarm where nothing changed."""

_CUT_WEIGHT = 0.8
"""Share of the level that the first statistic gets: most changes stay, and short series
have no level to give away (weighted Bonferroni: Genovese, Roeder and Wasserman 2006,
Biometrika 93:509)."""

_ORDERS = 39_999
"""Random orders behind a p value: one change among 1600 series can still be a discovery."""
_FIRST_ORDERS = 3_999
_FAR = 2.0
"""The first tenth of the orders tells whether a p value is more than this many times the rate of
false alarms, which nearly all are where nothing changed, and no discovery ever: from 0.1 to 0.05
it is at least four standard errors. Only nearer ones are worth the rest."""
_CHUNK = 500
"""Random orders at a time: their sums stay in the cache."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of level.

    Attributes:
        index: first point of the new level.
        p: p value of the test that found it.
    """

    index: int
    p: float


class _Stretch(NamedTuple):
    series: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Candidate:
    """The change that stands out most in a stretch: one cut, or the two ends of a stretch.

    Attributes:
        p: p value of the statistic that stands out more.
        places: finds where it is, which takes longer and which most candidates never need.
    """

    p: float
    places: Callable[[], tuple[int, ...]]


def change_points(series: Sequence[np.ndarray], rate: float = RATE) -> list[list[Change]]:
    """Return the changes of level of every series, in time order.

    All series are searched together, in depth after depth: first each as a whole, then both
    sides of what was found. In every depth the false ones among the changes found are held
    down over all stretches that were tested (hierarchical testing: Yekutieli 2008, J. Am.
    Stat. Assoc. 103:309).

    Args:
        series: each in time order, shape ``(n,)``, finite; those with fewer than
            ``MIN_POINTS`` points have no changes.
        rate: expected share of false ones among the changes found in a depth. If no series
            changed, it is the probability that any change is found.
    """
    found: list[dict[int, float]] = [{} for _ in series]
    waiting = [_Stretch(number, 0, len(values)) for number, values in enumerate(series)]
    while waiting:
        tested = [
            (stretch, _candidate(series[stretch.series][stretch.start : stretch.end], rate))
            for stretch in waiting
            if stretch.end - stretch.start >= MIN_POINTS
        ]
        level = discovery_level([candidate.p for _, candidate in tested], rate)
        waiting = []
        for stretch, candidate in tested:
            if candidate.p <= level:
                cuts = [stretch.start + cut for cut in candidate.places()]
                found[stretch.series].update(dict.fromkeys(cuts, candidate.p))
                edges = pairwise([stretch.start, *cuts, stretch.end])
                waiting += [_Stretch(stretch.series, start, end) for start, end in edges]
    return [_settled(values, cuts) for values, cuts in zip(series, found, strict=True)]


def _settled(values: np.ndarray, found: dict[int, float]) -> list[Change]:
    """Move every change to where it fits best between its neighbours.

    A cut that was found before its neighbours was placed with their levels mixed in
    (repartition: Bai 1997, Econom. Theory 13:315).
    """
    cuts = sorted(found)
    edges = [0, *cuts, len(values)]
    moved = []
    for before, cut, after in zip(edges[:-2], cuts, edges[2:], strict=True):
        # Half of the room on each side: neighbours that move at once stay apart.
        low = MIN_SEGMENT if before == 0 else cut - (cut - before - MIN_SEGMENT) // 2
        high = len(values) - MIN_SEGMENT
        if after < len(values):
            high = cut + (after - cut - MIN_SEGMENT) // 2
        moved.append(before + _best_cut(values[before:after], low - before, high - before))
    return [Change(to, found[cut]) for cut, to in zip(cuts, moved, strict=True)]


def _best_cut(values: np.ndarray, low: int, high: int) -> int:
    """Return the cut from ``low`` to ``high`` with the least deviations from two medians."""
    costs = {cut: _spread(values[:cut]) + _spread(values[cut:]) for cut in range(low, high + 1)}
    best = min(costs.values())
    # Among cuts as good, the one nearest to the middle; of two as near, that of the larger
    # step: the same when read backwards.
    return min(
        (cut for cut, cost in costs.items() if cost <= best * (1 + 1e-12)),
        key=lambda cut: (abs(2 * cut - len(values)), -_contrast(values, 0, cut)),
    )


def _contrast(values: np.ndarray, start: int, end: int) -> float:
    """Return how far a stretch's mean is from that of the rest; medians are equal too often."""
    rest = np.concatenate([values[:start], values[end:]])
    return abs(float(values[start:end].mean() - rest.mean()))


def _spread(values: np.ndarray) -> float:
    """Return the sum of deviations from the median: of the larger half less the smaller half."""
    ordered, half = np.sort(values), len(values) // 2
    ordered -= ordered[half]  # of sums of what is large little would be left
    return float(ordered[len(values) - half :].sum() - ordered[:half].sum())


def _candidate(values: np.ndarray, rate: float) -> _Candidate:
    n = len(values)
    sums = _sums(_ranks(values)[:, None])
    cut, stretch = float(_cut_statistic(sums)[0]), float(_stretch_statistic(sums)[0])
    for orders in (_FIRST_ORDERS, _ORDERS):
        cut_null, stretch_null = _null(n, orders)
        p_cut = _p_value(cut_null, cut) / _CUT_WEIGHT
        p_stretch = _p_value(stretch_null, stretch) / (1 - _CUT_WEIGHT)
        if min(p_cut, p_stretch) > _FAR * rate:
            break
    if p_cut <= p_stretch:
        return _Candidate(
            min(1.0, p_cut), lambda: (_best_cut(values, MIN_SEGMENT, n - MIN_SEGMENT),)
        )
    return _Candidate(min(1.0, p_stretch), lambda: _best_stretch(values, sums[:, 0]))


def _p_value(null: np.ndarray, value: float) -> float:
    """Share of the orders that are as extreme, the observed one counted in."""
    above = len(null) - int(np.searchsorted(null, value * (1 - 1e-6), side="left"))
    return (1 + above) / (1 + len(null))


@lru_cache(maxsize=1024)
def _null(n: int, orders: int) -> tuple[np.ndarray, np.ndarray]:
    """Return both statistics over so many random orders of ``n`` points, sorted."""
    rng = np.random.default_rng(n)
    ranks = np.arange(1, n + 1, dtype=np.float32)
    cuts, stretches = [], []
    for start in range(0, orders, _CHUNK):
        columns = min(_CHUNK, orders - start)
        sums = _sums(rng.permuted(np.tile(ranks[:, None], columns), axis=0))
        cuts.append(_cut_statistic(sums))
        stretches.append(_stretch_statistic(sums))
    return np.sort(np.concatenate(cuts)), np.sort(np.concatenate(stretches))


def _sums(ranks: np.ndarray) -> np.ndarray:
    """Return sums of ranks, less their means, before each point: ``(n + 1, orders)``."""
    centred = ranks - (len(ranks) + 1) / 2
    return np.concatenate([np.zeros((1, ranks.shape[1]), centred.dtype), centred.cumsum(axis=0)])


def _cut_statistic(sums: np.ndarray) -> np.ndarray:
    """Return the largest standardised rank sum over all cuts, shape ``(orders,)``."""
    n = len(sums) - 1
    cuts = np.arange(MIN_SEGMENT, n - MIN_SEGMENT + 1)
    best: np.ndarray = (np.abs(sums[cuts]) / _sd(cuts, n)[:, None]).max(axis=0)
    return best


def _stretch_statistic(sums: np.ndarray) -> np.ndarray:
    """Return the same over all stretches with room before and behind, shape ``(orders,)``."""
    n = len(sums) - 1
    best = np.zeros(sums.shape[1])
    for length in range(MIN_SEGMENT, n - 2 * MIN_SEGMENT + 1):
        inside = sums[MIN_SEGMENT + length : n - MIN_SEGMENT + 1]
        inside = inside - sums[MIN_SEGMENT : n - MIN_SEGMENT - length + 1]
        furthest = np.maximum(inside.max(axis=0), -inside.min(axis=0))
        np.maximum(best, furthest / _sd(length, n), out=best)
    return best


def _best_stretch(values: np.ndarray, sums: np.ndarray) -> tuple[int, int]:
    n = len(values)
    scores = {
        (start, end): abs(sums[end] - sums[start]) / float(_sd(end - start, n))
        for start in range(MIN_SEGMENT, n - 2 * MIN_SEGMENT + 1)
        for end in range(start + MIN_SEGMENT, n - MIN_SEGMENT + 1)
    }
    best = max(scores.values())
    return min(
        (stretch for stretch, score in scores.items() if score >= best * (1 - 1e-12)),
        key=lambda stretch: (abs(sum(stretch) - n), -_contrast(values, *stretch)),
    )


def _sd(length: np.ndarray | int, n: int) -> np.ndarray:
    """Standard deviation of the rank sum of ``length`` of ``n`` points."""
    sd: np.ndarray = np.sqrt(np.asarray(length * (n - length) * (n + 1) / 12))
    return sd


def _ranks(values: np.ndarray) -> np.ndarray:
    """Return ranks from 1; equal values share the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    shared: np.ndarray = ((2 * last - counts + 1) / 2)[inverse]
    return shared
