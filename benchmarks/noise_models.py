"""Simulated latencies with known truth: what noise does to a comparison of two arms.

Everything is on a log scale. A latency is a cell's own level, plus what the arm truly costs,
plus what its process carries for its whole life, plus the machine's drift at that moment,
plus autocorrelated noise, plus now and then a spike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Noise:
    """One kind of machine.

    Attributes:
        name: of the scenario.
        sample: standard deviation of a sample's own noise.
        correlation: of that noise between neighbours in time (AR(1)).
        process: standard deviation of what a process carries, common to its cells.
        cell_process: the same, of one's own in each cell.
        drift: standard deviation of the machine's random walk over a whole run.
        spikes: share of samples that a neighbour slows down.
        spike: mean of a spike (exponential).
        tail_df: degrees of freedom of the sample noise (Student's t); infinity is normal.
        unequal: cells' noise differs by up to this factor (log-uniform).
    """

    name: str
    sample: float = 0.03
    correlation: float = 0.5
    process: float = 0.0
    cell_process: float = 0.0
    drift: float = 0.02
    spikes: float = 0.02
    spike: float = 0.5
    tail_df: float = np.inf
    unequal: float = 1.0


SCENARIOS = (
    Noise("no process effect"),
    Noise("process effect 0.5 %", process=0.005),
    Noise("process effect 1 %", process=0.01),
    Noise("process effect 3 %", process=0.03),
    Noise("process effect of each cell 1 %", process=0.005, cell_process=0.01),
    Noise("heavy tails, process 1 %", process=0.01, tail_df=2.5, spikes=0.1, spike=1.0),
    Noise("strong autocorrelation, process 0.5 %", process=0.005, correlation=0.95, sample=0.05),
    Noise("drift 10 %, process 0.5 %", process=0.005, drift=0.10),
    Noise("cells unequal tenfold, process 0.5 %", process=0.005, unequal=10.0),
)


@dataclass(frozen=True, slots=True)
class Truth:
    """What is compared: ``cells`` cells, each truly ``ratio`` times as slow in B."""

    ratio: float
    cells: int = 40


def samples(
    rng: np.random.Generator, noise: Noise, truth: Truth, processes: int, n: int, interleaved: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return latencies of A and B, each of shape ``(processes, cells, n)``.

    Args:
        rng: source of randomness.
        noise: kind of machine.
        truth: what is compared.
        processes: processes of each arm.
        n: samples of each cell in each process.
        interleaved: A and B take turns sample by sample; else all of A comes first.
    """
    shape = (processes, truth.cells, n)
    level = np.exp(rng.uniform(np.log(1 / noise.unequal), 0.0, truth.cells))[:, None]
    both = []
    for _ in range(2):
        own = _autocorrelated(rng, noise, shape) * noise.sample * level
        own += rng.normal(0, 1, (processes, 1, 1)) * noise.process
        own += rng.normal(0, 1, (processes, truth.cells, 1)) * noise.cell_process
        own += (rng.random(shape) < noise.spikes) * rng.exponential(noise.spike, shape)
        both.append(own)
    a, b = both
    b += np.log(truth.ratio)
    # Time runs through processes, rounds (samples) and cells, in this order of nesting.
    count = processes * n * truth.cells * (1 if interleaved else 2)
    walk = np.cumsum(rng.normal(0, noise.drift / np.sqrt(count), count))
    walks = walk.reshape(-1, processes, n, truth.cells).transpose(0, 1, 3, 2)
    a += walks[0]
    b += walks[-1]
    return np.exp(a), np.exp(b)


def _autocorrelated(
    rng: np.random.Generator, noise: Noise, shape: tuple[int, int, int]
) -> np.ndarray:
    """AR(1) noise of unit variance along the last axis."""
    if np.isinf(noise.tail_df):
        fresh = rng.normal(0, 1, shape)
    else:
        fresh = rng.standard_t(noise.tail_df, shape)
    out = np.empty(shape)
    out[..., 0] = fresh[..., 0]
    gain = np.sqrt(1 - noise.correlation**2)
    for i in range(1, shape[2]):
        out[..., i] = noise.correlation * out[..., i - 1] + gain * fresh[..., i]
    return out
