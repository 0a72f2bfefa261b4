"""Which of many p values are discoveries."""

from __future__ import annotations

from collections.abc import Sequence


def discovery_level(p_values: Sequence[float], rate: float) -> float:
    """Return the level at which at most ``rate`` of the discoveries are expected to be false.

    The step-up procedure of Benjamini and Hochberg (1995, J. R. Stat. Soc. B 57:289). It
    holds for p values that are independent or depend positively, as those of cells do that
    were measured in the same runs (Benjamini and Yekutieli 2001, Ann. Stat. 29:1165). If
    nothing changed anywhere, the probability of any discovery is at most ``rate``.

    Returns:
        0 where there is no discovery.
    """
    ordered = sorted(p_values)
    for count in range(len(ordered), 0, -1):
        level = rate * (count / len(ordered))
        if ordered[count - 1] <= level:
            return level
    return 0.0
