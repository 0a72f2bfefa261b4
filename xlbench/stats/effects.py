"""Effects of cells estimated from a table of processes x cells.

A process carries something for its whole life (memory layout, hash seeds, placement), so
values from one process are not independent of each other, however many samples stand
behind them. The process is therefore the unit: one value for each process (or pair of
processes) and cell, and intervals from the spread of these. In the model

    value[p, c] = effect[c] + process[p] + rest[p, c]

the process part is common to all cells and the rest has a variance of its own in each cell
(a two-way layout with unequal column variances: Grubbs 1948, J. Am. Stat. Assoc. 43:243,
for the estimator; Satterthwaite 1946, Biometrics Bull. 2:110, for the degrees of freedom).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from xlbench.stats.moderated import moderate
from xlbench.stats.student import quantile

MIN_PROCESSES = 3
"""Fewer values give no variance worth a verdict."""

MIN_POOLED_CELLS = 8
"""Cells from which on variances are pooled; below, each cell speaks for itself."""


@dataclass(frozen=True, slots=True)
class Effect:
    """An estimate with its standard error.

    Attributes:
        value: the estimate (of log ratios: 0 is no difference).
        se: standard error, the spread between processes included.
        df: degrees of freedom of ``se``.
        processes: values behind it.
    """

    value: float
    se: float
    df: float
    processes: int

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the two-sided t interval."""
        half = quantile((1 + level) / 2, self.df) * self.se if self.se else 0.0
        return self.value - half, self.value + half


def effects(values: np.ndarray) -> list[Effect | None]:
    """Return the effect of every cell; ``None`` for one with fewer than three values.

    Args:
        values: shape ``(processes, cells)``; NaN where a process did not visit a cell.
    """
    counts = np.isfinite(values).sum(axis=0)
    usable = np.flatnonzero(counts >= MIN_PROCESSES)
    found: list[Effect | None] = [None] * values.shape[1]
    table = values[:, usable]
    table = table[np.isfinite(table).any(axis=1)]
    pooled = _pooled(table) if len(usable) >= MIN_POOLED_CELLS else None
    for index, cell in enumerate(usable):
        column = table[:, index]
        column = column[np.isfinite(column)]
        n = len(column)
        if pooled is None:
            variance, df = float(column.var(ddof=1)), n - 1.0
        else:
            variance, df = pooled[index]
        found[cell] = Effect(float(column.mean()), math.sqrt(variance / n), df, n)
    return found


def overall(values: np.ndarray) -> Effect | None:
    """Return the mean effect over cells, each cell counting the same.

    Its unit is the process: the mean over cells of each process that visited all of them.
    ``None`` with fewer than three such processes.
    """
    full = values[np.isfinite(values).all(axis=1)] if values.size else values
    if full.shape[1] == 0 or len(full) < MIN_PROCESSES:
        return None
    means = full.mean(axis=1)
    n = len(means)
    return Effect(float(means.mean()), float(means.std(ddof=1)) / math.sqrt(n), n - 1.0, n)


def difference(a: Effect, b: Effect) -> Effect:
    """Return ``b - a`` of independent estimates (Welch 1947, Biometrika 34:28)."""
    va, vb = a.se**2, b.se**2
    total = va + vb
    df = 1 / ((va / total) ** 2 / a.df + (vb / total) ** 2 / b.df) if total else a.df + b.df
    return Effect(b.value - a.value, math.sqrt(total), df, min(a.processes, b.processes))


def _pooled(values: np.ndarray) -> list[tuple[float, float]]:
    """Return (variance of one value, degrees of freedom) of every cell."""
    there = np.isfinite(values)
    n_cells = values.shape[1]
    counts = there.sum(axis=0)
    process = _process_parts(values, there)
    rest = np.where(there, values - process[:, None], 0.0)
    rest = np.where(there, rest - rest.sum(axis=0) / counts, 0.0)
    raw = (rest**2).sum(axis=0) / (counts - 1)
    mean_rest = float(raw.mean()) * n_cells / (n_cells - 1)
    # A cell's own rest is part of the process means it is compared with: take that out.
    rests = np.maximum((raw - mean_rest / n_cells) / (1 - 2 / n_cells), raw / 2)
    between_df = len(values) - 1.0
    between = float((process**2).sum() / between_df)
    shared = max(0.0, between - mean_rest / n_cells)
    moderated = moderate(rests, counts - 1.0)
    found = []
    for variance, count in zip(moderated.variances, counts, strict=True):
        total = shared + float(variance)
        parts = between**2 / between_df + float(variance) ** 2 / (moderated.prior_df + count - 1)
        found.append((total, max(1.0, float(total**2 / parts)) if parts else between_df))
    return found


def _process_parts(values: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Return the least-squares process parts, summing to zero, by backfitting."""
    process = np.zeros(len(values))
    filled = np.where(there, values, 0.0)
    for _ in range(50):
        cell = (filled - process[:, None] * there).sum(axis=0) / there.sum(axis=0)
        new = (filled - cell * there).sum(axis=1) / np.maximum(1, there.sum(axis=1))
        new -= new.mean()
        if np.allclose(new, process, rtol=0, atol=1e-12):
            break
        process = new
    return process
