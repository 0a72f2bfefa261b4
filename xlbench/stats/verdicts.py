"""From an effect to a verdict: faster, slower, equivalent or inconclusive.

The margin splits the log ratios into three regions. A verdict is the claim that the true
ratio lies in one of them, and it is made only if the tests of the other regions are
rejected: a one-sided test against the margin for faster and slower, two one-sided tests
for equivalent (Schuirmann 1987, J. Pharmacokinet. Biopharm. 15:657). Over several cells
the levels are corrected with Holm's step-down procedure (Holm 1979, Scand. J. Stat. 6:65).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from xlbench.stats.effects import Effect
from xlbench.stats.student import tail

Claim = Literal["faster", "slower", "equivalent", "inconclusive"]

OF_MEMORY: Mapping[Claim, str] = {"faster": "less", "slower": "more"}
"""How claims are said of memory, which is not fast; others are said alike."""

ALPHA = 0.05
"""Largest probability of any wrong claim among the cells of a comparison.

It is reached only where the truth lies right at the margin: for one cell a claim is made
where the 95 % interval lies in one region as a whole. Arms that do not differ at all are
the whole margin away from a wrong claim (see ``benchmarks/verdicts.py``).
"""

INTERIM_ALPHA = 0.01
"""The same, of claims for which a cell is left alone before the budget is used up.

Every look at unfinished data is a further chance of a wrong claim. Looks that ask for far more
than the last one hardly add to its error (Haybittle 1971, Br. J. Radiol. 44:793; Peto et al.
1976, Br. J. Cancer 34:585). They ask for a tenth of a percent; here an early look is at five
processes, whose t distribution is as much of a hurdle.
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The region that an effect speaks for, and the p value of that claim.

    The p value is doubled: of three regions two can be claimed wrongly.
    """

    claim: Claim
    p: float


def evidence(effect: Effect | None, margin: float) -> Evidence:
    """Return the strongest claim about an effect on a log scale.

    Args:
        effect: the estimate; ``None`` speaks for nothing.
        margin: largest share that counts as no difference, e.g. 0.02; it reaches from
            ``1 / (1 + margin)`` to ``1 + margin``, so that swapping the arms mirrors it.
    """
    if effect is None:
        return Evidence("inconclusive", 1.0)
    limit = math.log1p(margin)
    # All have the same standard error, so the claim furthest from its bound has the least p.
    distance, claim = max(_distances(effect.value, limit))
    return Evidence(claim, min(1.0, 2.0 * _p_above(distance, effect)))


def _distances(value: float, limit: float) -> list[tuple[float, Claim]]:
    """How far inside each region the value lies."""
    return [
        (value - limit, "slower"),
        (-value - limit, "faster"),
        (min(value + limit, limit - value), "equivalent"),
    ]


def holm(p_values: Sequence[float], alpha: float) -> list[bool]:
    """Return which hypotheses are rejected at family-wise level ``alpha``."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    rejected = [False] * len(p_values)
    for rank, index in enumerate(order):
        if p_values[index] > alpha / (len(p_values) - rank):
            break
        rejected[index] = True
    return rejected


def verdicts(effects: Sequence[Effect | None], margin: float, alpha: float = ALPHA) -> list[Claim]:
    """Return a verdict for every effect, corrected for their number.

    Cells that can't be judged (``None``) are inconclusive and count as tested.
    """
    found = [evidence(effect, margin) for effect in effects]
    made = holm([e.p for e in found], alpha)
    return [e.claim if ok else "inconclusive" for e, ok in zip(found, made, strict=True)]


def exceeds(effects: Sequence[Effect | None], limit: float, alpha: float) -> list[bool | None]:
    """Tell for every effect whether it proves a ratio above ``1 + limit``.

    Returns:
        ``True``: proven above; ``False``: proven below; ``None``: neither.
    """
    bound = math.log1p(limit)
    p_values = [
        1.0 if e is None else min(1.0, 2.0 * _p_above(abs(e.value - bound), e)) for e in effects
    ]
    made = holm(p_values, alpha)
    return [
        bool(e.value > bound) if ok and e is not None else None
        for ok, e in zip(made, effects, strict=True)
    ]


def _p_above(distance: float, effect: Effect) -> float:
    """P value of the claim that the true value lies ``distance``'s way beyond a bound."""
    if effect.se == 0.0:
        return 0.0 if distance > 0 else 1.0
    return tail(distance / effect.se, effect.df)
