"""The table of intermediate-task training: what each arm buys and costs, task by task.

After Phang et al. 2020 (arXiv 2005.13013), Table 2, an arm a row and the first the base; the
differences have intervals, and latency and memory stand beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlbench.report.paper.change import Pair, Place, change
from xlbench.report.paper.doubt import mark_notes
from xlbench.report.paper.grid import NOTHING, Block, Column, Entry, Grid, Row
from xlbench.report.paper.headings import of_task
from xlbench.report.paper.layout import Spot, value
from xlbench.report.paper.notes import change_notes
from xlbench.report.paper.quantity import QUANTITIES
from xlbench.report.whole import Whole

_SHOWN = (QUANTITIES["metric"], QUANTITIES["p50"], QUANTITIES["memory"])


def stilts(whole: Whole) -> Grid:
    """Return the table: a block a task, and one over all of them."""
    blocks = [_block(whole, of_task(task), _places(whole, (task,))) for task in whole.tasks]
    if len(whole.tasks) > 1:
        every = _places(whole, whole.tasks)
        blocks.append(_block(whole, f"All {len(every)} task-language pairs", every))
    return Grid(
        "Intermediate-task training: means over languages",
        "arm",
        tuple(_columns()),
        tuple(blocks),
        tuple(_notes(whole, blocks)),
    )


def _columns() -> Iterator[Column]:
    for quantity in _SHOWN:
        yield Column(quantity.title, "value")
        yield Column(quantity.title, "difference" if quantity.points else "ratio")


def _places(whole: Whole, tasks: Sequence[str]) -> tuple[Place, ...]:
    """The languages of these tasks that every arm has."""
    of_arm = [{(c.task, c.language) for c in whole.of(arm)} for arm in whole.arms]
    shared = set.intersection(*of_arm)
    return tuple(sorted((p for p in shared if p[0] in tasks), key=lambda p: (tasks.index(p[0]), p)))


def _block(whole: Whole, heading: str, places: tuple[Place, ...]) -> Block:
    rows = tuple(Row(arm, tuple(_entries(whole, arm, places))) for arm in whole.arms)
    return Block(heading, rows)


def _entries(whole: Whole, arm: str, places: tuple[Place, ...]) -> Iterator[Entry]:
    first = whole.arms[0]
    for quantity in _SHOWN:
        yield value(whole, quantity, Spot(arm, places) if places else None, intervals=False)
        yield NOTHING if arm == first else change(whole, quantity, Pair(first, arm), places)


def _notes(whole: Whole, blocks: Sequence[Block]) -> Iterator[str]:
    yield (
        "metric offline, its mean over languages; p50 single-stream, the geometric mean; "
        "memory the highest peak."
    )
    yield from change_notes(whole, blocks)
    yield from mark_notes(blocks, whole.cells)
    yield from whole.notes
