"""The order of batches of one or several training sets: decided before the first step.

Every batch comes from one set. With several, the set of each batch is drawn with a probability
proportional to its number of examples, each number capped: examples-proportional mixing (Raffel
et al. 2020, arXiv 1910.10683, section 3.5.2), which is what the code of Phang et al. 2020 does
(nyu-mll/jiant, ``SimpleAPIMultiTaskConfigurator``: ``ProportionalMultiTaskSampler``, or with
``train_examples_cap`` probabilities proportional to the capped numbers). The order is a pure
function of sizes and seed, so a resumed run goes on with the batches that it would have had.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

CAP = 2**17
"""Examples that a set counts at most in the mix, so that QQP and MNLI leave room for others."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The examples of one optimizer step: indices into one set."""

    name: str
    indices: tuple[int, ...]


def shares(sizes: Mapping[str, int], cap: int = CAP) -> dict[str, float]:
    """Return the probability of each set: its number of examples, capped, over the sum."""
    capped = {name: min(size, cap) for name, size in sizes.items()}
    total = sum(capped.values())
    return {name: size / total for name, size in capped.items()}


def steps_of(sizes: Mapping[str, int], batch_size: int, epochs: float, cap: int = CAP) -> int:
    """Return the steps of so many epochs, an epoch being each capped set once, as in jiant."""
    per_epoch = sum(-(-min(size, cap) // batch_size) for size in sizes.values())
    return max(1, round(epochs * per_epoch))


def order(
    sizes: Mapping[str, int], batch_size: int, steps: int, seed: int, cap: int = CAP
) -> list[Batch]:
    """Return ``steps`` batches.

    Within a set every example comes once before any comes again, in a new random order each
    time; the last batch of such a round may be smaller.

    Args:
        sizes: examples of each set, at least one each.
        batch_size: the most examples of a batch.
        steps: number of batches.
        seed: of all random choices.
        cap: see ``CAP``.
    """
    names = sorted(sizes)
    rng = np.random.default_rng([seed, 0])
    chance = shares(sizes, cap)
    drawn = rng.choice(len(names), size=steps, p=[chance[name] for name in names])
    rounds = {name: _rounds(name, sizes[name], batch_size, seed) for name in names}
    return [Batch(names[i], next(rounds[names[i]])) for i in drawn.tolist()]


def _rounds(name: str, size: int, batch_size: int, seed: int) -> Iterator[tuple[int, ...]]:
    rng = np.random.default_rng([seed, 1, zlib.crc32(name.encode())])
    while True:
        shuffled = rng.permutation(size).tolist()
        for first in range(0, size, batch_size):
            yield tuple(shuffled[first : first + batch_size])
