"""How long a row may be: a model has so many positions, whatever a task asks for."""

from __future__ import annotations

from xlbench.checkpoints.heads import head_for
from xlbench.checkpoints.unsupported import Unsupported
from xlbench.flags import Flag
from xlbench.tasks.task import Task

_LEAST = {"question-answering": 128}
"""A question of 64 tokens, special tokens, and as much of the context."""

_LEAST_OF_ANY = 16


def longest_row(task: Task, positions: int | None) -> int:
    """Return the tokens of a task's longest row, special ones included, in a model."""
    return task.max_length if positions is None else min(task.max_length, positions)


def cut_at(
    positions: int | None, task: Task, name: str
) -> tuple[tuple[Flag, ...], tuple[str, ...]]:
    """Return flag and warning of a task whose rows are cut where a model's positions end.

    Both are empty where the model has as many as the task asks for.

    Args:
        positions: of the model; ``None`` where its config does not say.
        task: the task.
        name: the checkpoint as the user wrote it.

    Raises:
        Unsupported: they are too few to be of any use.
    """
    if positions is None or positions >= task.max_length:
        return (), ()
    if positions < _LEAST.get(head_for(task), _LEAST_OF_ANY):
        reason = f"its model has {positions} positions, too few for any of its rows"
        raise Unsupported(name, task.name, reason, random_helps=False)
    warning = (
        f"checkpoint {name!r}: its model has {positions} positions, {task.name} asks for rows of "
        f"up to {task.max_length} tokens: longer ones are cut at {positions}"
    )
    return (Flag.CUT_POSITIONS,), (warning,)
