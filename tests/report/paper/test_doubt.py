"""What failed, is in doubt or proves nothing is marked in a table, and breaks none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from xlbench.report.compared import ComparedCell, Ratio
from xlbench.report.paper.axes import AXES, axes
from xlbench.report.paper.formats import FORMATS
from xlbench.report.paper.layout import grid
from xlbench.report.paper.presets import PRESETS
from xlbench.report.paper.quantity import QUANTITIES

TIMES = ("metric", "p50", "throughput", "memory", "tokens")
NOTHING = {"status": "failed", "values": {}, "texts": {}, "flags": ()}
"""What a cell has that failed."""


def changed(found, arm, language, scenario="single-stream", task="xnli", **changes):
    """The results with another cell at a place."""
    place = (arm, task, language, scenario)
    return replace(
        found,
        cells=tuple(
            replace(c, **changes) if (c.arm, c.task, c.language, c.scenario) == place else c
            for c in found.cells
        ),
    )


def unproven(found):
    """The results with a comparison in which nothing is proven and one turn failed."""
    (one,) = found.comparisons
    mute = Ratio(None, "inconclusive")
    cells = {
        cell: ComparedCell(mute, dict.fromkeys(own.quantities, mute), own.metric, None)
        for cell, own in one.cells.items()
    }
    first = next(cell for cell in cells if cell.task == "xnli")
    cells[first] = ComparedCell(mute, {}, None, "the worker was killed by SIGKILL")
    return replace(found, comparisons=(replace(one, cells=cells),)), first


def by_language(found, *values):
    return grid(found, axes("language", "arm", values or TIMES))


def entries(found, language, *values):
    made = by_language(found, *values)
    rows = [row for block in made.blocks for row in block.rows if f"({language})" in row.name]
    return rows[0].entries


def test_a_disturbed_cell_marks_its_times_and_their_ratios_and_nothing_else(found):
    flagged = changed(found, "stilts-mnli", "sw", flags=("disturbed",))
    metric, p50 = entries(flagged, "sw", "metric"), entries(flagged, "sw", "p50")
    assert [entry.mark for entry in metric] == [""] * 5
    assert [entry.mark for entry in p50] == ["", "!", "", "!", ""]
    assert [entry.mark for entry in entries(flagged, "ar", "p50")] == [""] * 5
    notes = by_language(flagged).notes
    assert any("! in doubt: disturbed" in note for note in notes)


def test_rows_that_training_and_evaluation_share_mark_the_metric_and_no_time(found):
    flagged = changed(found, "stilts-mnli", "sw", "offline", flags=("shared-rows",))
    assert [entry.mark for entry in entries(flagged, "sw", "metric")][1] == "!"
    assert not any(entry.mark for entry in entries(flagged, "sw", "throughput"))


def test_a_cell_that_failed_is_a_dash_with_its_mark_and_a_mean_over_it_as_well(found):
    broken = changed(found, "stilts-mnli", "sw", **NOTHING)
    made = entries(broken, "sw", "p50")
    assert made[1].value is None and made[1].mark == "x" and made[3].mark == "x"
    blocks = by_language(broken, "p50").blocks
    (mean,) = [row for row in blocks[0].rows if row.name.startswith("all ")]
    assert mean.entries[1].value is None and mean.entries[1].mark == "x"
    assert any("x failed" in note for note in by_language(broken).notes)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("preset", [None, *PRESETS])
def test_every_table_in_every_format_bears_failed_flagged_and_unproven_cells(found, preset, form):
    mute, first = unproven(found)
    odd = changed(mute, "stilts-mnli", "en", flags=("disturbed", "nondeterministic"))
    odd = changed(odd, "base", "th", "offline", **NOTHING)
    made = by_language(odd) if preset is None else PRESETS[preset](odd)
    said = FORMATS[form](made)
    assert "None" not in said and "nan" not in said.lower().split()
    if preset != "xtreme":
        assert ("inconclusive" if form == "csv" else "?") in said
    if preset is None and form == "text":
        row = next(line for line in said.splitlines() if f"({first.language})" in line)
        assert "– x" in row, "a turn failed there"


@pytest.mark.parametrize("down", AXES)
@pytest.mark.parametrize("across", AXES)
def test_every_layout_bears_every_quantity_where_all_cells_failed(found, down, across):
    if down == across:
        return
    broken = replace(found, cells=tuple(replace(c, **NOTHING) for c in found.cells), comparisons=())
    made = grid(broken, axes(down, across, tuple(QUANTITIES)))
    every = [entry for block in made.blocks for row in block.rows for entry in row.entries]
    assert every and all(entry.value is None for entry in every)
