"""What a kind of arm gains in metrics: by language, over languages, and as XTREME sums up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from xlbench.report.paper.change import Place
from xlbench.report.tradeoff.scored import Scored
from xlbench.results.kinds import Kind
from xlbench.stats.seeds import Change, Part, change

BySeed = Mapping[int | None, float]


@dataclass(frozen=True, slots=True)
class Gain:
    """A metric of a kind, and its change from the first kind.

    Attributes:
        value: mean over seeds, in percent; ``None``: not measured.
        effect: the change in percentage points; ``None`` of the first kind, and where only one
            seed has no spread between examples to go with it.
        plain: the change without what it may be off by; ``None``: not measured.
    """

    value: float | None
    effect: Change | None = None
    plain: float | None = None


def of_language(scored: Scored, kind: Kind, place: Place) -> Gain:
    """Return the gain in a task and language."""
    first, own = (scored.values(each, place) for each in (scored.kinds[0], kind))
    return _gain(scored, kind, first, own, scored.examples(kind, place))


def over_languages(scored: Scored, kind: Kind, places: Sequence[Place]) -> Gain:
    """Return the gain in the mean over languages that all seeds of all kinds have."""
    return _combined(scored, kind, places, _mean, [1.0 / max(1, len(places))] * len(places))


def in_gap(scored: Scored, kind: Kind, places: Sequence[Place]) -> Gain | None:
    """Return the gain in the transfer gap, English less the mean of the others.

    ``None`` without English or without any other.
    """
    english = [place for place in places if place[1] == "en"]
    others = [place for place in places if place[1] != "en"]
    if not english or not others:
        return None

    def gap(values: Sequence[float]) -> float:
        return values[0] - _mean(values[1:])

    weights = [1.0] + [1.0 / len(others)] * len(others)
    return _combined(scored, kind, english + others, gap, weights)


def in_score(scored: Scored, kind: Kind, scores: Mapping[str, float | None]) -> Gain:
    """Return the gain in a score that each arm has as a whole: seeds alone tell its interval."""
    first, own = (
        {s: score for s, arm in each.arms.items() if (score := scores[arm]) is not None}
        for each in _both(scored, kind)
    )
    return _gain(scored, kind, first, own, None)


def _combined(
    scored: Scored,
    kind: Kind,
    places: Sequence[Place],
    combine: Callable[[Sequence[float]], float],
    weights: Sequence[float],
) -> Gain:
    """Return the gain in a number made of several languages, seed by seed.

    The standard deviation of a weighted sum is at most that sum of the standard deviations,
    whatever the languages' examples have in common (Minkowski).
    """
    first, own = (_by_seed(scored, each, places, combine) for each in _both(scored, kind))
    if kind == scored.kinds[0]:
        return _gain(scored, kind, first, own, None)
    errors = [scored.examples(kind, place) for place in places]
    known = [error for error in errors if error is not None]
    examples = None
    if known and len(known) == len(errors):
        se = sum(w * error.se for w, error in zip(weights, known, strict=True))
        examples = Part(se, min(error.df for error in known))
    return _gain(scored, kind, first, own, examples)


def _by_seed(
    scored: Scored,
    kind: Kind,
    places: Sequence[Place],
    combine: Callable[[Sequence[float]], float],
) -> BySeed:
    """Return the number of each seed that has a value for every language."""
    by_place = [scored.values(kind, place) for place in places]
    whole = [seed for seed in kind.arms if all(seed in values for values in by_place)]
    return {seed: combine([values[seed] for values in by_place]) for seed in whole if places}


def _gain(scored: Scored, kind: Kind, first: BySeed, own: BySeed, examples: Part | None) -> Gain:
    if not own:
        return Gain(None)
    value = _mean(list(own.values()))
    if kind == scored.kinds[0] or not first:
        return Gain(value)
    paired = list(first) == list(own)
    effect = change(list(first.values()), list(own.values()), paired, examples)
    return Gain(value, effect, value - _mean(list(first.values())))


def _both(scored: Scored, kind: Kind) -> tuple[Kind, Kind]:
    return scored.kinds[0], kind


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
