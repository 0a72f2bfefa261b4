"""What stands out: the slowest languages, what their tokens explain, the arms, the metric."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from statistics import mean
from typing import Any

import numpy as np

from xlbench.cell import OFFLINE, SINGLE_STREAM
from xlbench.languages import LANGUAGES
from xlbench.report.cells import SeenCell
from xlbench.report.compared import Compared, Ratio
from xlbench.report.numbers import DASH, counted, digits, figures, listed, mib, percent, signed
from xlbench.report.whole import Whole
from xlbench.tasks.catalogue import TASKS

_P50 = "latency_p50_ms"
_TOKENS = "tokens_relative_to_english"
_MIN_LANGUAGES = 5


def findings(whole: Whole) -> Iterator[str]:
    """Yield sentences; nothing where the cells have no number for one."""
    yield from _slowest(whole)
    yield from _tokens(whole)
    for compared in whole.comparisons:
        yield from _compared(compared)
    yield from _scores(whole)
    yield from _memory(whole)


def _slowest(whole: Whole) -> Iterator[str]:
    """The three tasks of the first arm whose languages are furthest apart, beyond their noise."""
    found = []
    for task in whole.tasks:
        cells = _timed(whole, whole.arms[0], task)
        if len(cells) > 1:
            slow = max(cells, key=lambda c: _ends(c)[0])
            fast = min(cells, key=lambda c: _ends(c)[1])
            found.append((_ends(slow)[0] / _ends(fast)[1], fast, slow))
    apart = sorted((one for one in found if one[0] > 1), key=lambda one: -one[0])[:3]
    for _, fast, slow in apart:
        ratio = slow.values[_P50] / fast.values[_P50]
        yield (
            f"In {TASKS[slow.task].title} {_name(slow)} takes {_interval(slow)}, "
            f"{digits(ratio, 2)} times as long as {_name(fast)} ({_interval(fast)})."
        )
    if found and not apart:
        yield (
            "In no task do the intervals of the slowest and the fastest language lie apart: a "
            "longer --budget makes them narrower."
        )


def _ends(cell: SeenCell) -> tuple[float, float]:
    found = cell.interval(_P50)
    if found is None or found.lo is None or found.hi is None:
        return cell.values[_P50], cell.values[_P50]
    return found.lo, found.hi


def _tokens(whole: Whole) -> Iterator[str]:
    told = []
    for task in whole.tasks:
        cells = [c for c in _timed(whole, whole.arms[0], task) if c.number(_TOKENS) is not None]
        if len(cells) < _MIN_LANGUAGES:
            continue
        tokens = np.array([c.values[_TOKENS] for c in cells])
        most, least = cells[int(tokens.argmax())], cells[int(tokens.argmin())]
        rank = _rank_correlation(tokens, np.array([c.values[_P50] for c in cells]))
        told.append(
            f"{TASKS[task].title} ×{figures(tokens.min())} ({_name(least)}) to "
            f"×{figures(tokens.max())} ({_name(most)}), rank correlation with latency "
            f"{signed(rank, 2)} over {counted(len(cells), 'language')}"
        )
    if told:
        yield f"Tokens of the same sentences over English ones: {'; '.join(told)}."


def _rank_correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Spearman's; ties share their mean rank."""
    return float(np.corrcoef(_ranks(x), _ranks(y))[0, 1])


def _ranks(values: np.ndarray) -> np.ndarray:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2
    return np.asarray(mean_rank[inverse])


def _compared(compared: Compared) -> Iterator[str]:
    for scenario, whole in compared.overall.items():
        cells = [found for cell, found in compared.cells.items() if cell.scenario == scenario]
        counts = Counter(found.main.verdict for found in cells)
        said = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
        what = "latency" if scenario == SINGLE_STREAM else "time of a pass"
        yield (
            f"{compared.b} takes {_ratio(whole)} times the {what} of {compared.a} over all cells "
            f"({scenario}): {whole.verdict} at a margin of {percent(compared.margin, 1)}; "
            f"cell by cell {said}."
        )


def _scores(whole: Whole) -> Iterator[str]:
    """XTREME's averages, arm by arm, with the change from the first."""
    if not any(c.number("metric_value") is not None for c in whole.of(scenario=OFFLINE)):
        yield "No cell has a metric: the weights are random, or the data has no labels."
        return
    scores = whole.averages()
    told = [
        _change(TASKS[task].title, [scores[arm]["tasks"].get(task, {}) for arm in whole.arms])
        for task in whole.tasks
    ]
    overall = [{"average": scores[arm]["overall"]} for arm in whole.arms]
    if any(found["average"] is not None for found in overall):
        told.append(_change("overall", overall))
    yield f"Averages over languages, {' to '.join(whole.arms)}: {'; '.join(told)}."


def _change(name: str, found: Sequence[Mapping[str, Any]]) -> str:
    values: list[Any] = [one.get("average") for one in found]
    first, *others = values
    shown = [digits(first, 1)]
    for value in others:
        more = f" ({signed(value - first, 1)})" if None not in (value, first) else ""
        shown.append(f"{digits(value, 1)}{more}")
    return f"{name} {' to '.join(shown)}"


def _memory(whole: Whole) -> Iterator[str]:
    told = []
    for arm in whole.arms:
        peaks = [b for c in whole.of(arm) if (b := c.peak_bytes()) is not None]
        if peaks:
            told.append(
                f"{arm} {mib(min(peaks))} to {mib(max(peaks))} MiB (mean {mib(mean(peaks))})"
            )
    if told:
        yield f"Peak memory: {listed(told)}."


def _timed(whole: Whole, arm: str, task: str) -> list[SeenCell]:
    return [c for c in whole.of(arm, task, SINGLE_STREAM) if c.number(_P50)]


def _name(cell: SeenCell) -> str:
    return LANGUAGES[cell.language].name


def _interval(cell: SeenCell) -> str:
    found = cell.interval(_P50)
    if found is None:
        return DASH
    if found.lo is None:
        return f"{figures(found.value)} ms"
    return f"{figures(found.value)} ms [{figures(found.lo)}, {figures(found.hi)}]"


def _ratio(ratio: Ratio) -> str:
    if ratio.interval is None:
        return DASH
    value, lo, hi = ratio.interval
    return f"{digits(value, 3)} [{digits(lo, 3)}, {digits(hi, 3)}]"
