"""Which shapes of a loaded model are warm, and how the others become so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xlbench.measure.warmup import Rule, warm_up

Shape = tuple[int, int]
"""Rows and padded length of a batch."""

SLOW_NS = 250_000_000
"""With ``eager`` execution on a CPU a shape needs nothing compiled; so once the model is warm and
its passes are this slow, warming a new shape would only repeat what is warm."""

FLOOR_FIRST, FLOOR_PREPARED = 2, 3
"""Passes at least, however slow: of the first shape of a model, which pays for all that is set up
once, and of each shape that is prepared for itself, of which the first pass pays for that."""


@dataclass(frozen=True, slots=True)
class Warmed:
    """What warming a shape took.

    Attributes:
        passes: how many were run.
        first_ns: time of the first.
        steady: whether the timings had stopped falling.
        first_of_process: whether no shape was warm before.
    """

    passes: int
    first_ns: int
    steady: bool
    first_of_process: bool


class WarmShapes:
    """The shapes that are warm, of one loaded model.

    Args:
        rule: when a shape is warm.
        each_prepared: whether the first pass of a shape prepares it: a graph by the runtime, a
            plan by the libraries of a GPU. Then none is ever taken to be warm already.
    """

    def __init__(self, rule: Rule, each_prepared: bool) -> None:
        self._rule, self._each_prepared = rule, each_prepared
        self._warm: set[tuple[Shape, bool]] = set()
        self._none_ran = True
        self._ns_per_token: float | None = None

    def forget(self) -> None:
        """Take no shape for warm any more: what was prepared for them is gone."""
        self._warm.clear()

    def takes_less(self, shape: Shape, than_ns: int) -> bool:
        """Tell whether a pass of this shape is expected to take less; ``False``: unknown."""
        expected = self._expected_ns(shape)
        return expected is not None and expected < than_ns

    def ensure(self, shape: Shape, once: Callable[[], int], masked: bool = True) -> Warmed | None:
        """Warm ``shape`` up by calling ``once``, which returns nanoseconds.

        Args:
            shape: of the batch.
            once: runs it.
            masked: whether it goes with a mask: other kernels run without one, so where shapes are
                prepared, each of the two is.

        Returns:
            What it took; ``None`` where nothing was run.
        """
        key = self._key(shape, masked)
        if key in self._warm:
            return None
        expected = self._expected_ns(shape)
        if not self._each_prepared and expected is not None and expected > SLOW_NS:
            self._warm.add(key)
            return None
        first_of_process, self._none_ran = self._none_ran, False
        result = warm_up(once, self._rule_for(first_of_process))
        self._warm.add(key)
        self._ns_per_token = min(result.times_ns) / (shape[0] * shape[1])
        return Warmed(len(result.times_ns), result.times_ns[0], result.steady, first_of_process)

    def is_warm(self, shape: Shape, masked: bool = True) -> bool:
        """Tell whether ``ensure`` would run nothing."""
        return self._key(shape, masked) in self._warm

    def _key(self, shape: Shape, masked: bool) -> tuple[Shape, bool]:
        return shape, masked or not self._each_prepared

    def _rule_for(self, first_of_process: bool) -> Rule:
        if self._each_prepared:
            return self._rule.despite_slowness(FLOOR_PREPARED)
        return self._rule.despite_slowness(FLOOR_FIRST) if first_of_process else self._rule

    def _expected_ns(self, shape: Shape) -> float | None:
        rate = self._ns_per_token
        return None if rate is None else rate * shape[0] * shape[1]
