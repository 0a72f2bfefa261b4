"""How far an arm's predictions are those of the plain fp32 arm that was measured beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from xlbench.arms import Arm
from xlbench.cell import OFFLINE, ArmCell
from xlbench.tasks.catalogue import TASKS

COLUMNS = ("arm", "task", "language", "visit", "id", "prediction")
"""Of the ``predictions`` table: those that are needed."""

_OF_PREDICTIONS = (
    "weights",
    "seed",
    "revision",
    "tokenizer",
    "tagging_layout",
    "pooling",
    "retrieval_layer",
    "prefix",
)
"""Options that make it another model, or give it another input."""


def plain_beside(arms: Sequence[Arm]) -> dict[str, str]:
    """Return for each arm, by its text, the arm that it is held against, if there is one.

    That is the first of the same checkpoint that torch runs eagerly in fp32, nothing quantised; it
    is held against nothing itself.
    """
    plain: dict[tuple[Any, ...], str] = {}
    for arm in arms:
        if _is_plain(arm):
            plain.setdefault(_model(arm), arm.text)
    found = {arm.text: plain.get(_model(arm)) for arm in arms}
    return {text: other for text, other in found.items() if other not in (None, text)}


def agreements(
    arms: Sequence[Arm], cells: Sequence[ArmCell], predictions: Callable[[], pa.Table]
) -> dict[ArmCell, dict[str, Any]]:
    """Return the columns of agreement of those cells that have any.

    Args:
        arms: of the run.
        cells: of the run.
        predictions: returns the table with ``COLUMNS``; not called where no arm has another.
    """
    beside = plain_beside(arms)
    wanted = [cell for cell in cells if cell.scenario == OFFLINE and cell.arm in beside]
    if not wanted:
        return {}
    table = predictions()
    found = {}
    for cell in wanted:
        other = beside[cell.arm]
        share = agreement(
            _of(table, cell.arm, cell), _of(table, other, cell), TASKS[cell.task].kind.words_given
        )
        if share is not None:
            found[cell] = {"agreement": share, "agreement_with": other}
    return found


def agreement(one: Mapping[str, str], other: Mapping[str, str], by_word: bool) -> float | None:
    """Return the share of predictions that are equal; ``None`` without any to compare.

    Args:
        one: predictions by id.
        other: those that they are held against.
        by_word: they are tags, one a word, and each counts.
    """
    equal = count = 0
    for key in one.keys() & other.keys():
        mine, theirs = ([p[key]] if not by_word else p[key].split(" ") for p in (one, other))
        equal += sum(a == b for a, b in zip(mine, theirs, strict=False))
        count += max(len(mine), len(theirs))
    return equal / count if count else None


def _is_plain(arm: Arm) -> bool:
    options = arm.options
    return options.runtime == "eager" and options.dtype == "fp32" and options.quant is None


def _model(arm: Arm) -> tuple[Any, ...]:
    return arm.name, *(getattr(arm.options, name) for name in _OF_PREDICTIONS)


def _of(table: pa.Table, arm: str, cell: ArmCell) -> dict[str, str]:
    """Return the predictions of an arm for a cell, those of its first pass, by id."""
    mine = pc.and_(
        pc.and_(pc.equal(table["arm"], arm), pc.equal(table["task"], cell.task)),
        pc.equal(table["language"], cell.language),
    )
    rows = table.filter(mine)
    first = pc.min(rows["visit"])
    rows = rows.filter(pc.equal(rows["visit"], first))
    return dict(zip(rows["id"].to_pylist(), rows["prediction"].to_pylist(), strict=True))
