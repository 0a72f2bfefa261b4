"""The predictions of one arm as a result folder keeps them, in the submission's order."""

from __future__ import annotations

import pyarrow.compute as pc

from xlbench.errors import UserError
from xlbench.predictions import Prediction
from xlbench.results.result import Result
from xlbench.results.schema import Row

COLUMNS = ["arm", "task", "language", "visit", "id", "prediction", "submission_line"]


class Predictions:
    """The predictions of an arm, cell by cell.

    Args:
        result: what a run left.
        arm: as the manifest writes it.
    """

    def __init__(self, result: Result, arm: str) -> None:
        table = result.columns("predictions", COLUMNS)
        self._table = table.filter(pc.field("arm") == arm)

    def languages(self, task: str) -> set[str]:
        """Return the languages in which the task has predictions."""
        own = self._table.filter(pc.field("task") == task)
        return set(own.column("language").to_pylist())

    def lines(self, task: str, language: str) -> list[Prediction]:
        """Return the cell's predictions that a submission has, in its order.

        Raises:
            UserError: a line is missing or there twice.
        """
        placed = [p for p in self._rows(task, language) if p["submission_line"] is not None]
        placed.sort(key=lambda p: int(p["submission_line"]))
        for line, p in enumerate(placed):
            if p["submission_line"] != line:
                raise UserError(
                    f"{task} {language}: expected a prediction for line {line} of the "
                    f"submission, found one for line {p['submission_line']}. Run the "
                    "cell again from the start."
                )
        return [Prediction(p["id"], p["prediction"]) for p in placed]

    def _rows(self, task: str, language: str) -> list[Row]:
        own = self._table.filter((pc.field("task") == task) & (pc.field("language") == language))
        # A pass that was made again predicted the same; the metric is that of the first.
        first = pc.min(own.column("visit"))
        rows: list[Row] = own.filter(pc.field("visit") == first).to_pylist()
        return rows
