"""Student's t distribution without scipy: tail probability and quantile.

The tail is the regularised incomplete beta function by its continued fraction, evaluated
with Lentz's method (Press et al., Numerical Recipes, 3rd ed. 2007, section 6.4).
"""

from __future__ import annotations

import math

_TINY = 1e-300
_TERMS = 300


def tail(t: float, df: float) -> float:
    """Return P(T > t) for ``df`` > 0 degrees of freedom (infinity: the normal distribution)."""
    if math.isinf(t):
        return 0.0 if t > 0 else 1.0
    if df > 1e7:
        return 0.5 * math.erfc(t / math.sqrt(2))
    upper = 0.5 * _incomplete_beta(df / 2, 0.5, df / (df + t * t))
    return upper if t >= 0 else 1.0 - upper


def quantile(p: float, df: float) -> float:
    """Return the t with P(T <= t) = ``p``, by bisection; 0 < p < 1."""
    if p < 0.5:
        return -quantile(1.0 - p, df)
    low, high = 0.0, 1.0
    while tail(high, df) > 1.0 - p:
        high *= 2.0
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if tail(middle, df) > 1.0 - p else (low, middle)
    return high


def _incomplete_beta(a: float, b: float, x: float) -> float:
    if x <= 0.0 or x >= 1.0:
        return min(1.0, max(0.0, x))
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _continued_fraction(a, b, x) / a
    return 1.0 - front * _continued_fraction(b, a, 1.0 - x) / b


def _continued_fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1.0 / (_away(1.0 - (a + b) * x / (a + 1.0)))
    value = d
    for m in range(1, _TERMS):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / _away(1.0 + numerator * d)
            c = _away(1.0 + numerator / c)
            value *= c * d
        if abs(c * d - 1.0) < 1e-15:
            break
    return value


def _away(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
