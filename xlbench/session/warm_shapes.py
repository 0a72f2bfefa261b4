"""Which shapes of a loaded model are warm, and how the others become so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xlbench.measure.warmup import Rule, warm_up

Shape = tuple[int, int]
"""Rows and padded length of a batch."""

SLOW_NS = 250_000_000
"""With ``eager`` execution a shape needs nothing compiled; so once the model is warm and its
passes are this slow, warming a new shape would only repeat what is warm."""


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
        static_shapes: whether the runtime prepares each shape for itself.
    """

    def __init__(self, rule: Rule, static_shapes: bool) -> None:
        self._rule, self._static = rule, static_shapes
        self._warm: set[Shape] = set()
        self._ns_per_token: float | None = None

    def takes_less(self, shape: Shape, than_ns: int) -> bool:
        """Tell whether a pass of this shape is expected to take less; ``False``: unknown."""
        expected = self._expected_ns(shape)
        return expected is not None and expected < than_ns

    def ensure(self, shape: Shape, once: Callable[[], int]) -> Warmed | None:
        """Warm ``shape`` up by calling ``once``, which returns nanoseconds.

        Returns:
            What it took; ``None`` where nothing was run.
        """
        if shape in self._warm:
            return None
        expected = self._expected_ns(shape)
        if not self._static and expected is not None and expected > SLOW_NS:
            self._warm.add(shape)
            return None
        first_of_process = not self._warm
        result = warm_up(once, self._rule)
        self._warm.add(shape)
        self._ns_per_token = result.times_ns[-1] / (shape[0] * shape[1])
        return Warmed(len(result.times_ns), result.times_ns[0], result.steady, first_of_process)

    def _expected_ns(self, shape: Shape) -> float | None:
        rate = self._ns_per_token
        return None if rate is None else rate * shape[0] * shape[1]
