"""The sentences below a trade-off: what stands behind its numbers, and what they do not show."""

from __future__ import annotations

from collections.abc import Iterator

from xlbench.report.numbers import counted, listed
from xlbench.report.paper.signs import SIGNS
from xlbench.report.tradeoff.scored import Scored
from xlbench.stats.effects import MIN_PROCESSES

GAIN, LOSS = "↑", "↓"


def notes(found: Scored) -> Iterator[str]:
    """Yield them."""
    first, *others = found.kinds
    fewest = {kind.name: min(len(first.arms), len(kind.arms)) for kind in others}
    told = {name: seeds for name, seeds in fewest.items() if seeds >= MIN_PROCESSES}
    if told:
        seeds = ", ".join(f"{name} {count}" for name, count in told.items())
        yield (
            f"Differences in points, with 95 % intervals over seeds ({seeds}) and examples "
            f"together; {GAIN} {LOSS}: proven at 5 %, corrected for the number of lines. Groups "
            "and the overall score: over seeds alone."
        )
    few = [name for name, seeds in fewest.items() if seeds < MIN_PROCESSES]
    if few:
        seeds = ", ".join(f"{name} {counted(fewest[name], 'seed')}" for name in few)
        yield (
            f"{seeds}: the interval of a difference, in points, is over examples"
            f"{' and two seeds' if 2 in fewest.values() else ''}. Whether training so helped, or "
            f"this seed did, takes {MIN_PROCESSES} seeds: nothing is called a gain or a loss."
        )
    compared = {(one.a, one.b) for one in found.whole.comparisons}
    judged = [
        k.name
        for k in others
        if any((a, b) in compared for a in first.arms.values() for b in k.arms.values())
    ]
    if judged:
        margin = max(one.margin for one in found.whole.comparisons)
        signs = ", ".join(f"{sign} {claim}" for claim, sign in SIGNS.items())
        yield (
            f"Ratios of {listed(judged)}: from comparisons, with 95 % intervals and verdicts at a "
            f"margin of {margin:.1%} ({signs}); over languages the mean of "
            "their intervals, over all that was compared its own verdict."
        )
    plain = [kind.name for kind in others if kind.name not in judged]
    if plain:
        yield (
            f"Ratios of {listed(plain)}: from runs, without an interval; `xlbench compare` gives "
            "verdicts, its folder beside the others."
        )
    yield "Transfer gap: English less the mean of the other languages."
    yield "Ratios: p50 single-stream, examples/s offline (above 1 is faster), memory the peak."
