"""How tables name tasks and metrics."""

from __future__ import annotations

from xlbench.tasks.catalogue import TASKS

METRICS = {"accuracy": "accuracy", "f1": "F1"}


def of_task(task: str) -> str:
    """Return a task with its main metric: ``XNLI (accuracy)``."""
    return f"{TASKS[task].title} ({METRICS[TASKS[task].metric]})"
