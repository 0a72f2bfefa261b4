"""From an effect to a verdict: faster, slower, equivalent or inconclusive.

The margin splits the log ratios into three regions. A verdict is the claim that the true
ratio lies in one of them, and it is made only if the tests of the other regions are
rejected: a one-sided test against the margin for faster and slower, two one-sided tests
for equivalent (Schuirmann 1987, J. Pharmacokinet. Biopharm. 15:657). Over several cells
the levels are corrected with Holm's step-down procedure (Holm 1979, Scand. J. Stat. 6:65).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from xlbench.stats.effects import Effect
from xlbench.stats.student import tail

Claim = Literal["faster", "slower", "equivalent", "inconclusive"]

ALPHA = 0.01
"""Probability of any wrong claim among the cells of a comparison."""


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
    below = _p_above(effect.value + limit, effect)
    above = _p_above(effect.value - limit, effect)
    claims: list[tuple[float, Claim]] = [
        (above, "slower"),
        (_p_above(-effect.value - limit, effect), "faster"),
        (max(below, _p_above(limit - effect.value, effect)), "equivalent"),
    ]
    p, claim = min(claims)
    return Evidence(claim, min(1.0, 2.0 * p))


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
    above = [1.0 if e is None else _p_above(e.value - bound, e) for e in effects]
    below = [1.0 if e is None else _p_above(bound - e.value, e) for e in effects]
    proven = [min(1.0, 2.0 * min(pair)) for pair in zip(above, below, strict=True)]
    made = holm(proven, alpha)
    return [(up < down) if ok else None for ok, up, down in zip(made, above, below, strict=True)]


def _p_above(distance: float, effect: Effect) -> float:
    """P value of the claim that the true value lies ``distance``'s way beyond a bound."""
    if effect.se == 0.0:
        return 0.0 if distance > 0 else 1.0
    return tail(distance / effect.se, effect.df)
