"""When device memory runs out: smaller batches, and once more from the start."""

from __future__ import annotations

from collections.abc import Callable

from xlbench.session.cell import OpenCell
from xlbench.session.cold_start import ColdStart
from xlbench.session.device_errors import out_of_memory
from xlbench.session.visit import Assignment, Bench, Outcome, Run

Shrink = Callable[[OpenCell, Assignment], Assignment | None]
"""Makes a cell's batches smaller; returns what is to be done with them, ``None``: a batch is one
row already."""


def run_halving(
    run: Run,
    shrink: Shrink,
    cell: OpenCell,
    bench: Bench,
    assignment: Assignment,
    cold: ColdStart,
    begin: Callable[[], None],
) -> Outcome:
    """Run a scenario, and again with smaller batches as long as device memory runs out.

    Args:
        run: the scenario.
        shrink: makes the batches smaller.
        cell, bench, assignment, cold: as ``run`` takes them.
        begin: called before each attempt, so that what is read around it is of the last one only.

    Raises:
        torch.cuda.OutOfMemoryError: a single row is too much.
    """
    while True:
        smaller = None
        begin()
        try:
            return run(cell, bench, assignment, cold)
        except Exception as error:
            if out_of_memory(error):
                smaller = shrink(cell, assignment)
            if smaller is None:
                raise
        # Not before the exception is gone: its frames hold what was allocated.
        if bench.engine.free():
            bench.warm.forget()
        assignment = smaller
