"""Which kind a task is of."""

from __future__ import annotations

from xlbench.tasks.catalogue import Task
from xlbench.tasks.kind import Kind
from xlbench.tasks.pair import Pair
from xlbench.tasks.question import Question
from xlbench.tasks.retrieval import Retrieval
from xlbench.tasks.tagging import Tagging

_KINDS: dict[str, Kind] = {
    "pair": Pair(),
    "tagging": Tagging(),
    "question": Question(),
    "retrieval": Retrieval(),
}


def kind_of(task: Task) -> Kind:
    """Return how the task's examples are encoded and decoded."""
    return _KINDS[task.kind]
