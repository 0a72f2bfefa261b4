"""How the metric changed from A to B on the same examples."""

from __future__ import annotations

from xlbench.errors import UserError
from xlbench.judge.comparison import MetricChange
from xlbench.metrics.bootstrap import paired_interval
from xlbench.metrics.mcnemar import mcnemar
from xlbench.metrics.measure import Measure


def metric_change(a: Measure | None, b: Measure | None) -> MetricChange | None:
    """Return the change with a paired interval; ``None`` where an arm has no metric.

    McNemar's test stands beside it where the metric is an accuracy. Where the two are not
    the same metric of the same examples there is nothing to pair: ``None``.
    """
    if a is None or b is None or a.name != b.name or a.ids != b.ids:
        return None
    lo, hi = paired_interval(a, b)
    try:
        test = mcnemar(a, b)
    except UserError:
        return MetricChange(a.name, a.value, b.value, lo, hi)
    return MetricChange(a.name, a.value, b.value, lo, hi, test.only_a, test.only_b, test.p_value)
