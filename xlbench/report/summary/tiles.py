"""The numbers that stand first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlbench.cell import SINGLE_STREAM
from xlbench.report.numbers import DASH, digits, figures, mib
from xlbench.report.whole import Whole


@dataclass(frozen=True, slots=True)
class Tile:
    """A number with what it is."""

    number: str
    what: str


def tiles(whole: Whole) -> Iterator[Tile]:
    """Yield the numbers that the results have."""
    pairs = {(c.task, c.language) for c in whole.cells}
    yield Tile(f"{len(pairs)}", f"task-language pairs, {len(whole.arms)} arms")
    p50 = [
        v
        for c in whole.of(whole.arms[0], scenario=SINGLE_STREAM)
        if (v := c.number("latency_p50_ms"))
    ]
    if p50:
        yield Tile(
            f"{figures(min(p50))} – {figures(max(p50))} ms", f"p50 of one example, {whole.arms[0]}"
        )
    tokens = [v for c in whole.cells if (v := c.number("tokens_relative_to_english")) is not None]
    if tokens:
        yield Tile(
            f"×{figures(min(tokens))} – ×{figures(max(tokens))}",
            "tokens of a language over English, same sentences",
        )
    for compared in whole.comparisons:
        found = compared.overall.get(SINGLE_STREAM)
        if found is not None and found.interval is not None:
            value, lo, hi = found.interval
            yield Tile(
                f"×{digits(value, 3)}",
                f"latency of {compared.b} over {compared.a} [{digits(lo, 3)}, {digits(hi, 3)}]: "
                f"{found.verdict}",
            )
    scores = whole.averages()
    overall = {arm: scores[arm]["overall"] for arm in whole.arms}
    if any(value is not None for value in overall.values()):
        shown = " → ".join(digits(v, 1) for v in overall.values())
        yield Tile(shown, f"XTREME's overall score, {' → '.join(overall)}")
    peaks = [b for c in whole.cells if (b := c.peak_bytes()) is not None]
    yield Tile(f"{mib(max(peaks))} MiB" if peaks else DASH, "highest peak memory of any cell")
