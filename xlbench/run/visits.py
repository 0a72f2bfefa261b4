"""One visit to a cell, from gold to rows: the same for runs, comparisons and dry runs."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from xlbench.cell import ArmCell, Cell
from xlbench.checkpoints.spec import CheckpointSpec
from xlbench.examples import Example
from xlbench.flags import Flag
from xlbench.metrics.measure import Measure
from xlbench.printable import printable
from xlbench.run import rows
from xlbench.run.cells import Plan
from xlbench.run.live_arm import LiveArm, OpenCell
from xlbench.run.rows import Origin, Position
from xlbench.run.scoring import scored
from xlbench.workers.errors import CELL_FAILED, WorkerFailure
from xlbench.workers.protocol import Visit, Visited
from xlbench.workers.samples import Samples

Reader = Callable[[str, str], Iterable[Example]]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a run works on.

    Attributes:
        plan: cells and checkpoints.
        read: returns the examples of (task, language), with gold, to be iterated over as often
            as they are needed.
        sizes: bytes of the data of each (task, language).
        population: of how many examples those of (task, language) are a sample; ``None``: all.
        flags: what every cell carries.
    """

    plan: Plan
    read: Reader
    sizes: dict[tuple[str, str], int]
    population: Callable[[str, str], int | None] = lambda task, language: None
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """What a visit leaves.

    Attributes:
        row: of the ``visits`` table.
        samples: of the timed batches; none where it failed.
        sample_rows: of the table of that name.
        predictions: rows of the table of that name, some at a time.
        batches_digest: of the batches that were run; empty where it failed.
        measure: the main metric of a pass that was scored.
        error: why it failed; ``None``: it did not.
    """

    row: dict[str, Any]
    samples: Samples = field(default_factory=lambda: Samples.of(()))
    sample_rows: list[dict[str, Any]] = field(default_factory=list)
    predictions: Iterable[list[dict[str, Any]]] = ()
    batches_digest: str = ""
    measure: Measure | None = None
    error: str | None = None


class Visits:
    """Visits the cells of a run. Gold is read anew where it is needed, and not kept.

    Args:
        inputs: what the run works on.
        seed: of the metrics' bootstrap.
    """

    def __init__(self, inputs: Inputs, seed: int) -> None:
        self._inputs, self._seed = inputs, seed

    def forget(self, arms: Iterable[LiveArm]) -> None:
        """Close all cells, so that the next group finds room."""
        for arm in arms:
            arm.close_cells()

    def open(self, arm: LiveArm, cell: Cell) -> OpenCell:
        """Have the cell ready in the arm's worker: checkpoint loaded, examples encoded.

        Raises:
            UserError, WorkerDied, WorkerTimeout, WorkerFailure: it can't be.
        """
        try:
            examples = self._examples(cell)
            arm.load(self._spec(arm, cell))
            return arm.open(cell.task, cell.language, examples)
        except CELL_FAILED:
            raise
        except Exception as error:
            raise WorkerFailure(unexpected(error)) from error

    def visit(self, arm: LiveArm, plan: Visit, position: Position) -> VisitRecord:
        """Visit a cell once; where that fails, the record says why.

        Args:
            arm: whose worker runs it; it is started, and the cell opened, where needed.
            plan: which cell, and what is to be done.
            position: where in the run the visit stands.
        """
        key = ArmCell(arm.arm.text, *plan.cell)
        spec = self._spec(arm, plan.cell)
        origin = Origin(spec.entry, spec.suite)
        try:
            examples = self._examples(plan.cell)
            loaded = arm.load(spec)
            assert arm.facts is not None
            origin = replace(origin, device=arm.facts.device, loaded=loaded)
            opened = arm.open(plan.cell.task, plan.cell.language, examples)
            origin = replace(origin, counted=opened.counted)
            reply = arm.visit(plan)
            return self._record(key, plan, position, origin, reply, examples)
        except CELL_FAILED as error:
            return self.failure(arm, plan.cell, position, str(error), origin)
        except Exception as error:
            # Whatever one cell's data or predictions set off, the other cells can be measured.
            return self.failure(arm, plan.cell, position, unexpected(error), origin)

    def _record(
        self,
        key: ArmCell,
        plan: Visit,
        position: Position,
        origin: Origin,
        reply: Visited,
        examples: Iterable[Example],
    ) -> VisitRecord:
        """Return what a visit that succeeded leaves, scored if that was asked for."""
        flags = _flags(self._inputs.plan.specs[key.arm, key.task], origin, reply)
        flags += self._inputs.flags
        population = self._inputs.population(key.task, key.language)
        if population is not None:
            flags.append(Flag.SAMPLED)
        row = rows.visit_row(key, position, origin, reply, flags)
        row["n_population"] = population
        record = VisitRecord(
            row,
            reply.samples,
            rows.sample_rows(key, position.visit, position.process, reply.samples),
            batches_digest=reply.batches.digest,
        )
        if not plan.predictions:
            return record
        found = scored(key, position.visit, examples, reply, flags, self._seed)
        return replace(
            record,
            row=row | found.columns,
            predictions=found.rows,
            measure=found.main,
        )

    def failure(
        self,
        arm: LiveArm,
        cell: Cell,
        position: Position,
        error: str,
        origin: Origin | None = None,
    ) -> VisitRecord:
        """Return the record of a visit that could not be made."""
        spec = self._spec(arm, cell)
        origin = origin or Origin(spec.entry, spec.suite)
        key = ArmCell(arm.arm.text, *cell)
        return VisitRecord(rows.failed_row(key, position, origin, error), error=error)

    def _spec(self, arm: LiveArm, cell: Cell) -> CheckpointSpec:
        return self._inputs.plan.specs[arm.arm.text, cell.task]

    def _examples(self, cell: Cell) -> Iterable[Example]:
        return self._inputs.read(cell.task, cell.language)


def unexpected(error: Exception) -> str:
    """Return an error that nobody foresaw as a cell's reason to fail: a sentence, the traceback."""
    trace = "".join(traceback.format_exception(error))
    return f"unexpected {type(error).__name__}: {printable(str(error))}\n{trace}"


def _flags(spec: CheckpointSpec, origin: Origin, reply: Visited) -> list[Flag]:
    assert origin.loaded is not None and origin.counted is not None
    flags = [*spec.flags, *origin.loaded.flags, *reply.flags]
    if origin.counted.n_truncated:
        flags.append(Flag.TRUNCATED)
    if reply.first_of_process:
        flags.append(Flag.COLD_START)
    return flags
