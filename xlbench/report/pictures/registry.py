"""All pictures in the order of the report."""

from __future__ import annotations

from xlbench.report.pictures import (
    bars,
    distribution,
    drift,
    memory,
    overview,
    parts,
    ratios,
    tails,
    tax,
    tradeoff,
)
from xlbench.report.pictures.kind import Kind

KINDS: tuple[Kind, ...] = (
    overview.KIND,
    ratios.KIND,
    tax.KIND,
    parts.KIND,
    tradeoff.KIND,
    bars.KIND,
    memory.KIND,
    distribution.KIND,
    tails.KIND,
    drift.KIND,
)
