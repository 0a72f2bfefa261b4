"""Variances of many cells, each from few values, moderated towards what they share.

The variance of one cell from five values is a poor estimate. With many cells the
distribution of their variances is known well, and the posterior mean under a scaled
inverse chi-squared prior is a far better one (Smyth 2004, Linear models and empirical
Bayes methods, Stat. Appl. Genet. Mol. Biol. 3(1):3, sections 4 to 6).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

_LARGEST_PRIOR = 200.0


@dataclass(frozen=True, slots=True)
class Moderated:
    """Moderated variances and the degrees of freedom that the prior adds."""

    variances: np.ndarray
    prior_df: float


def moderate(variances: np.ndarray, df: np.ndarray) -> Moderated:
    """Return the posterior variances.

    Args:
        variances: sample variances, shape ``(cells,)``, at least two of them positive.
        df: their degrees of freedom, same shape, positive.
    """
    positive = variances > 0
    if positive.sum() < 2:
        return Moderated(variances, 0.0)
    s2, d = variances[positive], df[positive]
    digammas = np.array([digamma(v / 2) for v in d])
    trigammas = np.array([trigamma(v / 2) for v in d])
    e = np.log(s2) - digammas + np.log(d / 2)
    spread = float(np.var(e, ddof=1) - trigammas.mean())
    prior_df = _LARGEST_PRIOR
    if spread > 0:
        prior_df = min(_LARGEST_PRIOR, 2.0 * _inverse_trigamma(spread))
    prior = math.exp(float(e.mean()) + digamma(prior_df / 2) - math.log(prior_df / 2))
    posterior = (prior_df * prior + df * variances) / (prior_df + df)
    return Moderated(posterior, prior_df)


def digamma(x: float) -> float:
    """Return the logarithmic derivative of the gamma function, x > 0 (asymptotic series)."""
    shift = 0.0
    while x < 10.0:
        shift -= 1.0 / x
        x += 1.0
    f = 1.0 / (x * x)
    return shift + math.log(x) - 0.5 / x - f * (1 / 12 - f * (1 / 120 - f * (1 / 252 - f / 240)))


def trigamma(x: float) -> float:
    """Return the derivative of ``digamma``, x > 0 (asymptotic series)."""
    shift = 0.0
    while x < 10.0:
        shift += 1.0 / (x * x)
        x += 1.0
    f = 1.0 / (x * x)
    series = f * (1 / 6 - f * (1 / 30 - f * (1 / 42 - f / 30)))
    return shift + 1.0 / x + 0.5 * f + series / x


def _inverse_trigamma(y: float) -> float:
    low, high = 1e-4, 1e8
    for _ in range(200):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if trigamma(middle) > y else (low, middle)
    return low
