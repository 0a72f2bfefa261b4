"""Tables that papers have, by name. A new one is a file and a line."""

from __future__ import annotations

from collections.abc import Callable

from xlbench.report.paper.grid import Grid
from xlbench.report.paper.presets.stilts import stilts
from xlbench.report.paper.presets.tradeoff import tradeoff
from xlbench.report.paper.presets.xtreme import xtreme
from xlbench.report.whole import Whole

PRESETS: dict[str, Callable[[Whole], Grid]] = {
    "xtreme": xtreme,
    "stilts": stilts,
    "tradeoff": tradeoff,
}
