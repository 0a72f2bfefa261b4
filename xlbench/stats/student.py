"""Student's t distribution without scipy: tail probability and quantile.

The tail is the regularised incomplete beta function by its continued fraction, evaluated
with Lentz's method (Press et al., Numerical Recipes, 3rd ed. 2007, section 6.4).
"""

from __future__ import annotations

import math
from functools import lru_cache

_TINY = 1e-300
_TERMS = 300


def tail(t: float, df: float) -> float:
    """Return P(T > t) for ``df`` > 0 degrees of freedom (infinity: the normal distribution)."""
    if math.isinf(t):
        return 0.0 if t > 0 else 1.0
    if df > 1e7:
        return 0.5 * math.erfc(t / math.sqrt(2))
    square = t * t
    upper = 0.5 * _incomplete_beta(df / 2, 0.5, df / (df + square), square / (df + square))
    return upper if t >= 0 else 1.0 - upper


@lru_cache(maxsize=4096)
def quantile(p: float, df: float) -> float:
    """Return the t with P(T <= t) = ``p``, 0 < p < 1, by Newton's method between bounds."""
    if p < 0.5:
        return -quantile(1.0 - p, df)
    beyond = 1.0 - p
    low, high = 0.0, 1.0
    while tail(high, df) > beyond:
        low, high = high, 2.0 * high
    t = (low + high) / 2
    for _ in range(100):
        excess = tail(t, df) - beyond
        low, high = (t, high) if excess > 0 else (low, t)
        step = t + excess / _density(t, df)
        new = step if low < step < high else (low + high) / 2
        if abs(new - t) <= 1e-13 * max(1.0, t):
            return new
        t = new
    return t


def _density(t: float, df: float) -> float:
    if df > 1e7:
        return math.exp(-t * t / 2) / math.sqrt(2 * math.pi)
    logs = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - 0.5 * math.log(df * math.pi)
    return math.exp(logs - (df + 1) / 2 * math.log1p(t * t / df))


def _incomplete_beta(a: float, b: float, x: float, rest: float) -> float:
    """Return I_x(a, b); ``rest`` is ``1 - x``, which ``x`` near 1 has lost."""
    if x <= 0.0 or rest <= 0.0:
        return 0.0 if x <= 0.0 else 1.0
    log_x = math.log1p(-rest) if rest < 0.5 else math.log(x)
    logs = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(logs + a * log_x + b * math.log(rest))
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _continued_fraction(a, b, x) / a
    return 1.0 - front * _continued_fraction(b, a, rest) / b


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
        if abs(c * d - 1.0) < 1e-14:
            break
    return value


def _away(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
