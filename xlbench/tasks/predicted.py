"""The prediction that an example must have."""

from __future__ import annotations

from collections.abc import Mapping

from xlbench.errors import UserError
from xlbench.predictions import Prediction
from xlbench.printable import shown
from xlbench.tasks.task import Task


def prediction_of(
    task: Task, language: str, predictions: Mapping[str, Prediction], key: str
) -> Prediction:
    """Return the prediction with the id ``key``.

    Raises:
        UserError: there is none.
    """
    if key not in predictions:
        raise UserError(
            f"{task.name} {language}: expected a prediction for each example, found none for "
            f"{shown(key)}. Run the cell again from the start."
        )
    return predictions[key]
