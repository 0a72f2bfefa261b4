"""A recorded comparison as a report sees it: the one place that reads ``comparison.json``."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

from xlbench.cell import SCENARIOS, Cell, Scenario
from xlbench.errors import UserError
from xlbench.printable import printable
from xlbench.report.cells import Interval
from xlbench.report.plausible import LEAST, MOST
from xlbench.stats.verdicts import OF_MEMORY, Claim

FILE = "comparison.json"
_CLAIMS = get_args(Claim)
_AS_TIME = {word: claim for claim, word in OF_MEMORY.items()}


@dataclass(frozen=True, slots=True)
class Ratio:
    """B over A with its 95 % interval (``None``: too few processes) and its verdict."""

    interval: Interval | None
    verdict: Claim


@dataclass(frozen=True, slots=True)
class ComparedCell:
    """What a comparison says of a cell.

    Attributes:
        main: latency (single-stream) or time of a pass (offline).
        quantities: the ratio of each quantity that was compared, by name.
        metric: the difference B - A of the metric in percentage points.
        error: why the cell failed.
    """

    main: Ratio
    quantities: Mapping[str, Ratio]
    metric: Interval | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Compared:
    """Two arms compared.

    Attributes:
        a, b: their names; all ratios are B over A.
        margin: largest share that counts as no difference.
        alpha: probability of any wrong claim among the cells.
        cells: what is said of each.
        overall: the mean over cells, by scenario.
        notes: sentences that a reader must know.
        cut: whether ``overall`` is of more cells than are left here.
    """

    a: str
    b: str
    margin: float
    alpha: float
    cells: Mapping[Cell, ComparedCell]
    overall: Mapping[Scenario, Ratio]
    notes: tuple[str, ...]
    cut: bool = False

    def named(self, names: Mapping[str, str]) -> Compared:
        """Return the comparison with its arms under the names of the report."""
        return replace(self, a=names.get(self.a, self.a), b=names.get(self.b, self.b))

    def of(self, cells: frozenset[Cell]) -> Compared:
        """Return the comparison with only these cells; the whole keeps what was judged."""
        kept = {c: found for c, found in self.cells.items() if c in cells}
        return replace(self, cells=kept, cut=self.cut or len(kept) < len(self.cells))

    def over_all(
        self, scenario: Scenario, places: Collection[tuple[str, str]], quantity: str
    ) -> Ratio | None:
        """Return what is said of the mean over these tasks and languages.

        ``None``: these are not all that was compared, or the mean is of another quantity.
        """
        if self.cut or len(places) < 2:
            return None
        own = {(c.task, c.language): one for c, one in self.cells.items() if c.scenario == scenario}
        if own.keys() != set(places):
            return None
        if any(one.quantities.get(quantity) is not one.main for one in own.values()):
            return None
        return self.overall.get(scenario)


def read_comparisons(folder: Path) -> tuple[Compared, ...]:
    """Return the comparisons that a result folder holds: one for each arm but the first.

    Raises:
        UserError: the file can't be read, or is not what ``xlbench compare`` writes.
    """
    path = folder / FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: can't be read as JSON ({error})") from None
    try:
        several = found.get("comparisons", [found])
        return tuple(compared(one) for one in several)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"{path}: not what `xlbench compare` writes ({type(error).__name__}: {error}); "
            "compare again, or remove the file"
        ) from None


def compared(found: Mapping[str, Any]) -> Compared:
    """Return one comparison of the values that ``Comparison.to_json`` makes."""
    return Compared(
        printable(str(found["a"])),
        printable(str(found["b"])),
        _number(found["margin"]),
        _number(found["alpha"]),
        {_cell(one): _compared_cell(one) for one in found["cells"]},
        {_scenario(name): _ratio(one) for name, one in found["overall"].items()},
        tuple(printable(str(note)) for note in found["notes"]),
    )


def _compared_cell(found: Mapping[str, Any]) -> ComparedCell:
    quantities = {str(name): _ratio(one) for name, one in found["quantities"].items()}
    main = quantities.get(found["main"], Ratio(None, _claim(found["verdict"])))
    metric = None
    if found.get("metric_change") is not None:
        ends = (_end(found.get(f"metric_change_{end}")) for end in ("lo", "hi"))
        metric = Interval(_number(found["metric_change"]), *ends)
    error = found.get("error")
    return ComparedCell(main, quantities, metric, None if error is None else printable(str(error)))


def _ratio(found: Mapping[str, Any]) -> Ratio:
    verdict = _claim(found["verdict"])
    if found["ratio"] is None:
        return Ratio(None, verdict)
    ends = (_end(found[f"ratio_{end}"]) for end in ("lo", "hi"))
    return Ratio(Interval(_ratio_value(found["ratio"]), *ends), verdict)


def _cell(found: Mapping[str, Any]) -> Cell:
    return Cell(str(found["task"]), str(found["language"]), _scenario(found["scenario"]))


def _scenario(name: Any) -> Scenario:
    return SCENARIOS[SCENARIOS.index(name)]


def _claim(name: Any) -> Claim:
    claim: Claim = _CLAIMS[_CLAIMS.index(_AS_TIME.get(name, name))]
    return claim


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        raise TypeError(f"expected a number, found {value!r}")
    return float(value)


def _ratio_value(value: Any) -> float:
    if not LEAST <= _number(value) <= MOST:
        raise ValueError(f"a ratio of {value!r}")
    return float(value)


def _end(value: Any) -> float | None:
    return None if value is None else _number(value)
