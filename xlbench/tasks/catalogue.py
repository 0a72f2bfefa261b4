"""All tasks, by name. A new one is a file that defines ``TASK``, and a line here."""

from __future__ import annotations

from importlib import import_module

from xlbench.tasks.task import Task

_MODULES = (
    "pair.xnli",
    "pair.pawsx",
    "tagging.udpos",
    "tagging.panx",
    "question.xquad",
    "question.mlqa",
    "question.tydiqa",
    "retrieval.bucc",
    "retrieval.tatoeba",
)


def _task(module: str) -> Task:
    task: Task = import_module(f"xlbench.tasks.{module}").TASK
    return task


TASKS: dict[str, Task] = {task.name: task for task in map(_task, _MODULES)}
