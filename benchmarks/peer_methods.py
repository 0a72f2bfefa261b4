"""How others decide that something became slower, on latencies of A and B in any unit.

Each returns ``faster``, ``slower`` or ``no difference``. They are given what they would have:
values of sequential runs, not paired.
"""

from __future__ import annotations

import math

import numpy as np

from xlbench.stats.student import tail

NONE = "no difference"


def welch_on_means(a: np.ndarray, b: np.ndarray, alpha: float = 0.05) -> str:
    """Two-sided t test on means, as ``pyperf compare_to`` judges (there with equal variances).

    Args:
        a, b: values, shape ``(processes, values)``; as in pyperf all values count alike.
    """
    x, y = a.ravel(), b.ravel()
    va, vb = x.var(ddof=1) / len(x), y.var(ddof=1) / len(y)
    t = float(y.mean() - x.mean()) / math.sqrt(va + vb)
    df = (va + vb) ** 2 / (va**2 / (len(x) - 1) + vb**2 / (len(y) - 1))
    return _sign(t) if 2 * tail(abs(t), df) < alpha else NONE


def fixed_threshold(a: np.ndarray, b: np.ndarray, threshold: float = 0.05) -> str:
    """Medians of one run each against a threshold, as hand-written CI checks have it."""
    change = float(np.median(b[0]) / np.median(a[0])) - 1
    return _sign(change) if abs(change) > threshold else NONE


def bootstrap_with_noise_threshold(
    a: np.ndarray,
    b: np.ndarray,
    rng: np.random.Generator,
    alpha: float = 0.05,
    threshold: float = 0.01,
    resamples: int = 1000,
) -> str:
    """As criterion.rs: significant by a bootstrapped t statistic, and the interval of the
    relative change of the mean beyond the noise threshold (its documentation, chapter
    Analysis Process: significance level 0.05, noise threshold 0.01)."""
    x, y = a.ravel(), b.ravel()
    pooled = np.concatenate((x, y))

    def t_of(p: np.ndarray, q: np.ndarray) -> np.ndarray:
        spread = np.sqrt(
            p.var(axis=-1, ddof=1) / p.shape[-1] + q.var(axis=-1, ddof=1) / q.shape[-1]
        )
        return np.asarray((q.mean(axis=-1) - p.mean(axis=-1)) / spread)

    def draw(values: np.ndarray, n: int) -> np.ndarray:
        return np.asarray(values[rng.integers(0, len(values), (resamples, n))])

    null = t_of(draw(pooled, len(x)), draw(pooled, len(y)))
    seen = float(t_of(x, y))
    p = float((np.abs(null) >= abs(seen)).mean())
    if p >= alpha:
        return NONE
    change = draw(y, len(y)).mean(axis=1) / draw(x, len(x)).mean(axis=1) - 1
    lo, hi = np.quantile(change, (0.025, 0.975))
    if lo > threshold:
        return "slower"
    return "faster" if hi < -threshold else NONE


def _sign(value: float) -> str:
    return "slower" if value > 0 else "faster"
