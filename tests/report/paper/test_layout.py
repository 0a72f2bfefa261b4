"""Which numbers stand where."""

from itertools import permutations
from statistics import geometric_mean

import pytest

from xlbench.cell import Cell
from xlbench.errors import UserError
from xlbench.report.filters import Filters
from xlbench.report.paper.axes import AXES, axes
from xlbench.report.paper.layout import grid
from xlbench.report.paper.quantity import QUANTITIES
from xlbench.report.recorded import recorded
from xlbench.report.whole import whole

from ..synthetic import score, write_run


def table(found, **asked):
    """Return the entries by block, row and column."""
    made = grid(found, axes(asked.pop("rows", None), asked.pop("columns", None), **asked))
    assert all(len(row.entries) == len(made.columns) for block in made.blocks for row in block.rows)
    heads = [(column.over, column.head) for column in made.columns]
    return {
        (block.heading, row.name, *head): entry
        for block in made.blocks
        for row in block.rows
        for head, entry in zip(heads, row.entries, strict=True)
    }


def stored(found, arm, task, language, scenario, column):
    return found.find(arm, Cell(task, language, scenario)).number(column)


def test_a_language_stands_with_its_own_numbers(found):
    made = table(found, values=("metric", "p50", "throughput", "memory"))
    place = ("XNLI (accuracy)", "Thai (th)")
    assert made[*place, "metric, %", "base"].value == pytest.approx(score("xnli", "th", 0))
    p50 = stored(found, "stilts-mnli", "xnli", "th", "single-stream", "latency_p50_ms")
    assert made[*place, "p50, ms", "stilts-mnli"].value == p50
    rate = stored(found, "base", "xnli", "th", "offline", "throughput_examples_per_s")
    assert made[*place, "examples/s", "base"].value == rate
    peaks = [
        stored(found, "base", "xnli", "th", scenario, "peak_rss_bytes") / 2**20
        for scenario in ("single-stream", "offline")
    ]
    assert made[*place, "peak MiB", "base"].value == max(peaks)


def test_intervals_of_values_are_there_where_asked_for(found):
    place = ("XNLI (accuracy)", "Thai (th)", "p50, ms", "base")
    assert table(found, values=("p50",))[place].lo is None
    entry = table(found, values=("p50",), intervals=True)[place]
    assert entry.lo <= entry.value <= entry.hi


def test_all_languages_are_put_together_as_the_quantity_says(found):
    made = table(found, values=("metric", "p50", "memory"))
    last = ("XNLI (accuracy)", "all 4 languages")
    codes = ("ar", "en", "sw", "th")
    scores = [score("xnli", code, 0) for code in codes]
    assert made[*last, "metric, %", "base"].value == pytest.approx(sum(scores) / 4)
    p50 = [stored(found, "base", "xnli", c, "single-stream", "latency_p50_ms") for c in codes]
    assert made[*last, "p50, ms", "base"].value == pytest.approx(geometric_mean(p50))
    by_task = table(found, rows="task", values=("metric", "p50", "memory"))
    row = ("", "XNLI (accuracy)")
    for head in (("metric, %", "base"), ("p50, ms", "base"), ("peak MiB", "base")):
        assert by_task[*row, *head] == made[*last, *head]


@pytest.mark.parametrize(("rows", "columns"), list(permutations(AXES, 2)))
def test_every_layout_holds_the_same_numbers(found, rows, columns):
    made = table(found, rows=rows, columns=columns, values=("p50",))
    shown = {entry.value for entry in made.values()} - {None}
    every = {
        cell.number("latency_p50_ms") for cell in found.cells if cell.scenario == "single-stream"
    }
    if {rows, columns} == {"arm", "task"}:
        assert len(shown) >= 9 and not shown & every
    else:
        assert every <= shown


def test_what_was_not_measured_is_missing(found):
    made = table(found, rows="task", columns="language", values=("p50",))
    assert made["base", "XNLI (accuracy)", "p50, ms", "hi"].value is None
    nothing = table(found, values=("energy", "p99"))
    assert {entry.value for entry in nothing.values()} == {None}


def test_a_mean_is_missing_where_a_language_has_no_value_and_over_shared_ones(tmp_path):
    one = write_run(tmp_path / "one", ("base",), ("xnli",), {"xnli": ("en", "sw", "th")})
    other = write_run(tmp_path / "other", ("new",), ("xnli",), {"xnli": ("en", "sw")})
    both = whole([recorded(one), recorded(other)], Filters())
    made = table(both, rows="task", values=("metric",))
    shared = (score("xnli", "en", 0) + score("xnli", "sw", 0)) / 2
    assert made["", "XNLI (accuracy)", "metric, %", "base"].value == pytest.approx(shared)
    bare = write_run(tmp_path / "bare", ("bare",), ("xnli",), {"xnli": ("en",)}, metrics=False)
    none = table(whole([recorded(bare)], Filters()), rows="task", values=("metric",))
    assert {entry.value for entry in none.values()} == {None}


def test_one_scenario_alone_is_taken_for_all(seen):
    offline = seen(scenarios=("offline",))
    made = table(offline, values=("p50",))
    p50 = stored(offline, "base", "xnli", "th", "offline", "latency_p50_ms")
    assert made["XNLI (accuracy)", "Thai (th)", "p50, ms", "base"].value == p50
    assert "offline: p50." in grid(offline, axes(None, None, ("p50",))).notes


def test_a_single_task_needs_no_block(seen):
    made = grid(seen(tasks=("xnli",)), axes(None, None, ("p50",)))
    assert [block.heading for block in made.blocks] == [""]
    assert made.title == "XNLI (accuracy), by language"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("langage", None, None), "--rows: 'langage' is not one of .*did you mean language"),
        (("task", "task", None), "--rows and --columns are both task"),
        ((None, "x", None), "--columns: 'x' is not one of language, task, arm"),
        ((None, None, ("p51",)), "--values: 'p51' is not one of .*did you mean"),
    ],
)
def test_what_does_not_exist_is_said(asked, said):
    with pytest.raises(UserError, match=said):
        axes(*asked)


def test_every_quantity_reads_a_column_of_the_table(found):
    from xlbench.results.schema import table_schema

    names = set(table_schema("cells").names)
    assert all(q.column in names for q in QUANTITIES.values() if q.column)
    made = table(found, values=tuple(QUANTITIES))
    assert made["XNLI (accuracy)", "Thai (th)", "tokens/English", "base"].value is not None
