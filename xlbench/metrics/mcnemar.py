"""McNemar's exact test: do two arms err on the same share of examples?

Source: McNemar 1947 (Psychometrika 12), in its exact, binomial form; two-sided by doubling
the smaller tail.
"""

from __future__ import annotations

from dataclasses import dataclass

from xlbench.errors import UserError
from xlbench.metrics.measure import Measure


@dataclass(frozen=True, slots=True)
class McNemar:
    """Examples that only ``a`` or only ``b`` has right, and the two-sided p-value."""

    only_a: int
    only_b: int
    p_value: float


def mcnemar(a: Measure, b: Measure) -> McNemar:
    """Return the exact test of two accuracies on the same examples.

    Raises:
        UserError: the two are not accuracies, rows ``(0 or 1, 1)``, of the same examples.
    """
    if a.ids != b.ids or not (_is_accuracy(a) and _is_accuracy(b)):
        raise UserError(
            f"McNemar's test: expected two accuracies on the same examples, found {a.name} of "
            f"{len(a.ids)} examples and {b.name} of {len(b.ids)}."
        )
    right_a, right_b = a.statistics[:, 0] == 1, b.statistics[:, 0] == 1
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    return McNemar(only_a, only_b, exact_p(only_a, only_b))


def exact_p(only_a: int, only_b: int) -> float:
    """Return the two-sided p-value of ``only_a`` to ``only_b`` under even odds."""
    n, fewer = only_a + only_b, min(only_a, only_b)
    term, tail = 1, 1
    for i in range(1, fewer + 1):
        term = term * (n - i + 1) // i
        tail += term
    return min(1.0, float(2 * tail / 2**n))


def _is_accuracy(measure: Measure) -> bool:
    rows = measure.statistics
    return bool(
        rows.shape[1] == 2
        and (rows[:, 1] == 1).all()
        and ((rows[:, 0] % 1) == 0).all()
        and (rows[:, 0] <= 1).all()
    )
