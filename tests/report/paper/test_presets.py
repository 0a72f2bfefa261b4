"""The two tables that papers have."""

import pytest

from xlbench.report.filters import Filters
from xlbench.report.paper.presets.stilts import stilts
from xlbench.report.paper.presets.xtreme import xtreme
from xlbench.report.recorded import recorded
from xlbench.report.whole import whole
from xlbench.tasks.catalogue import TASKS

from ..synthetic import GAIN, write_run


@pytest.fixture(scope="module")
def every(tmp_path_factory):
    """All tasks and languages, two arms."""
    return whole([recorded(write_run(tmp_path_factory.mktemp("every") / "run"))], Filters())


def by_head(grid, row):
    (found,) = [r for block in grid.blocks for r in block.rows if r.name == row]
    heads = [f"{column.over} {column.head}".strip() for column in grid.columns]
    return dict(zip(heads, found.entries, strict=True))


def test_xtremes_table_has_its_tasks_groups_and_whole(every):
    grid = xtreme(every)
    found = by_head(grid, "stilts")
    averages = every.averages()["stilts"]
    assert next(iter(found)) == "Avg." and found["Avg."].value == averages["overall"]
    qa = found["Question answering XQuAD (F1 / EM)"]
    metrics = averages["tasks"]["xquad"]["metrics"]
    assert (qa.value, qa.second) == (metrics["f1"], metrics["exact_match"])
    assert found["Pair sentence XNLI (Acc.)"].value == averages["tasks"]["xnli"]["average"]
    assert found["Sentence retrieval avg."].value == averages["groups"]["retrieval"]
    assert all(entry.mark == "" for entry in found.values())
    titles = {task.title for task in TASKS.values()}
    assert titles == {c.head.split(" (")[0] for c in grid.columns if "(" in c.head}


def test_fewer_languages_are_marked_and_make_no_group(found):
    made = by_head(xtreme(found), "base")
    assert made["Pair sentence XNLI (Acc.)"].mark == "†"
    assert made["Pair sentence PAWS-X (Acc.)"].value is None
    assert made["Pair sentence avg."].value is None and made["Avg."].value is None
    assert made["Sentence retrieval BUCC 2018 (F1)"].mark == ""
    assert any(note.startswith("†") for note in xtreme(found).notes)


def test_stilts_has_a_block_a_task_and_one_over_all(found):
    grid = stilts(found)
    headings = [block.heading for block in grid.blocks]
    assert headings == [
        "XNLI (accuracy)",
        "XQuAD (F1)",
        "BUCC 2018 (F1)",
        "All 11 task-language pairs",
    ]
    assert [row.name for row in grid.blocks[0].rows] == found.arms


def test_stilts_says_what_each_arm_buys_and_costs(found):
    base, judged, plain = stilts(found).blocks[0].rows
    metric, difference, p50, ratio, memory, more = judged.entries
    assert metric.value - base.entries[0].value == pytest.approx(GAIN)
    assert difference.lo < difference.value == pytest.approx(GAIN)
    assert ratio.lo < ratio.value < ratio.hi and sum(ratio.verdicts.values()) == 4
    assert more.lo <= more.value <= more.hi and more.verdicts
    assert p50.value > 0 and memory.value > 0
    assert [base.entries[n].value for n in (1, 3, 5)] == [None] * 3
    assert plain.entries[1].value == pytest.approx(2 * GAIN) and plain.entries[1].lo is None


def test_the_notes_tell_judged_arms_from_others(found):
    notes = " ".join(stilts(found).notes)
    assert "Without an interval for stilts-squad" in notes and "margin of 2.0%" in notes
