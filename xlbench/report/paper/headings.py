"""How tables name tasks with their metric."""

from __future__ import annotations

from xlbench.report.metric_titles import METRIC_TITLES
from xlbench.tasks.catalogue import TASKS


def of_task(task: str) -> str:
    """Return a task with its main metric: ``XNLI (accuracy)``."""
    metric = TASKS[task].metric
    return f"{TASKS[task].title} ({METRIC_TITLES.get(metric, metric)})"
