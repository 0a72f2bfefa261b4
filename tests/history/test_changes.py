import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xlbench.errors import UserError
from xlbench.history.changes import ALL, history
from xlbench.history.series import load
from xlbench.results.files import write_table
from xlbench.results.manifest import Segment
from xlbench.tasks.catalogue import TASKS

EN = ("base", "xnli", "en", "single-stream")
SW = ("base", "xnli", "sw", "single-stream")


def noisy(*levels, each=10, sd=0.01, seed=0):
    """A series that stays ``each`` runs at every level, with noise of ``sd`` of it."""
    rng = np.random.default_rng(seed)
    return [level * (1 + rng.normal() * sd) for level in levels for _ in range(each)]


def judged(root):
    return history(load(root).series)


def test_a_regression_is_found_in_its_run_with_its_size(record_series):
    found = judged(record_series(noisy(10.0, 11.0)))
    (line,) = found.cells
    (step,) = line.steps
    assert line.series.points[step.index].run.name == "run-010"
    assert step.before_ms == pytest.approx(10, rel=0.01)
    assert step.after_ms == pytest.approx(11, rel=0.01)
    assert step.ratio_lo < 1.1 < step.ratio_hi and step.ratio_lo > 1.05
    assert step.p < 0.001


def test_a_quiet_history_has_no_changes(record_series):
    found = judged(record_series(noisy(10.0, each=25, seed=1)))
    assert not any(line.steps for line in (*found.cells, *found.means))


def test_what_else_changed_is_told(record):
    for i, value in enumerate(noisy(10.0, 12.0, each=6)):
        record({EN: value}, torch="2.11.0" if i < 6 else "2.12.0")
    (line,) = judged(record.root).cells
    assert line.steps[0].with_it == ("torch 2.11.0 → 2.12.0",)


def test_a_machine_that_changed_itself_shows_in_its_reference_kernel(record):
    for i, value in enumerate(noisy(10.0, 12.0, each=6)):
        record({EN: value}, reference_ns=1000 if i < 6 else 1200)
    (line,) = judged(record.root).cells
    assert line.steps[0].reference_ratio == pytest.approx(1.2)


def test_runs_are_ordered_by_their_start_and_not_by_their_names(record):
    values = noisy(10.0, 12.0, each=5)
    for i, value in enumerate(values):
        record({EN: value}, name=f"z{9 - i}", started=f"2026-02-{i + 1:02}T00:00:00")
    (line,) = judged(record.root).cells
    assert [p.value_ms for p in line.series.points] == pytest.approx(values, rel=1e-6)
    assert line.series.points[line.steps[0].index].run.name == "z4"


def test_machines_are_never_one_series(record):
    for i, value in enumerate(noisy(10.0, 20.0, each=10)):
        record({EN: value}, machine="m-one" if i < 10 else "m-two")
    loaded = load(record.root)
    assert [len(one.points) for one in loaded.series] == [10, 10]
    assert set(loaded.machines) == {"m-one", "m-two"}
    assert not any(line.steps for line in history(loaded.series).cells)


@pytest.mark.parametrize(
    "changed",
    [
        {"data": "other"},
        {"threads": 1},
        {"options": {"dtype": "bf16"}},
        {"options": {"batch_size": 4}},
    ],
)
def test_different_work_is_never_one_series(record, changed):
    for i, value in enumerate(noisy(10.0, 20.0, each=8)):
        record({EN: value}, **(changed if i >= 8 else {}))
    loaded = load(record.root)
    assert [(one.variant, len(one.points)) for one in loaded.series] == [(0, 8), (1, 8)]
    assert not any(line.steps for line in history(loaded.series).cells)


def test_a_run_resumed_on_another_machine_is_left_out_and_said_so(record):
    hosts = [{"cpu_model": name, "cpus": 4} for name in ("Fast CPU", "Slow CPU")]
    record({EN: 10.0})
    record(
        {EN: 10.0},
        segments=tuple(Segment("", "2026-01-05T00:00:00+00:00", host=host) for host in hosts),
    )
    loaded = load(record.root)
    assert len(loaded.runs) == 1
    assert "another machine" in loaded.notes[0]


def test_a_folder_that_cannot_be_read_is_left_out_with_its_reason(record):
    folder = record({EN: 10.0})
    (folder / "cells.parquet").write_bytes(b"nothing")
    record({EN: 10.0})
    (record({EN: 10.0}) / "run.json").write_text("{")
    loaded = load(record.root)
    assert len(loaded.runs) == 1 and len(loaded.notes) == 2
    assert "cells.parquet" in loaded.notes[0] and "run.json" in loaded.notes[1]


def test_copies_of_a_run_are_one_run(record):
    """A folder that was copied, or kept as an artefact of several jobs, says nothing twice."""
    for name, value in (("first", 10.0), ("copy", 10.0), ("again", 10.0)):
        record({EN: value}, run_id="one", name=name)
    record({EN: 12.0})
    loaded = load(record.root)
    assert [run.run_id for run in loaded.runs] == ["one", "id-003"]
    assert [len(series.points) for series in loaded.series] == [2]
    assert len(loaded.notes) == 2
    assert all("it is the run of" in note and "once more (one)" in note for note in loaded.notes)


def test_of_copies_the_one_that_measured_longest_is_taken(record):
    stretch = Segment("", "2026-01-05T00:00:00+00:00", ended="2026-01-05T01:00:00+00:00")
    record({EN: 10.0}, run_id="one", name="whole", segments=(stretch, stretch))
    record({EN: 11.0}, run_id="one", name="half", segments=(stretch,))
    (run,) = load(record.root).runs
    assert run.name == "whole"


def test_a_folder_without_results_is_the_callers_mistake(tmp_path):
    with pytest.raises(UserError, match=r"no result folder"):
        load(tmp_path)


def test_a_cell_that_failed_in_a_run_has_no_point_there(record):
    record({EN: 10.0, SW: 12.0})
    folder = record({EN: 10.0, SW: 12.0})
    table = pq.read_table(folder / "cells.parquet")
    rows = [
        {**row, "status": "failed"} if row["language"] == "sw" else row for row in table.to_pylist()
    ]
    write_table(folder / "cells.parquet", pa.Table.from_pylist(rows, schema=table.schema))
    assert {s.key.language: len(s.points) for s in load(record.root).series} == {"en": 2, "sw": 1}


def test_values_from_a_disturbed_machine_are_marked(record):
    record({EN: 10.0}, steal_ns=10**8)
    record({EN: 10.0})
    (series,) = load(record.root).series
    assert [point.disturbed for point in series.points] == [True, False]


def test_few_runs_are_not_judged(record_series):
    (line,) = judged(record_series([1.0, 1.0, 1.0, 9.0, 9.0, 9.0])).cells
    assert not line.judged and line.steps == ()


def test_a_change_common_to_all_cells_shows_in_their_mean(record):
    languages = ("en", "de", "sw", "th", "tr", "ur", "vi", "ar")
    rng = np.random.default_rng(1)
    for i in range(16):
        record(
            {
                ("base", "xnli", code, "single-stream"): (10 + 3 * j)
                * (1.03 if i >= 8 else 1.0)
                * (1 + rng.normal() * 0.03)
                for j, code in enumerate(languages)
            }
        )
    found = judged(record.root)
    (mean,) = found.means
    assert (mean.cells, mean.series.key.task) == (8, ALL)
    assert abs(mean.steps[0].index - 8) <= 1
    assert mean.steps[0].ratio == pytest.approx(1.03, abs=0.015)


def test_cells_with_gaps_do_not_move_the_mean(record):
    for i in range(10):
        value = 10.0 + 0.01 * (7 * i % 10)
        cells = {EN: value, ("base", "xnli", "de", "single-stream"): value}
        record(cells if i % 2 else {**cells, SW: 99.0})
    (mean,) = judged(record.root).means
    assert mean.cells == 2 and not mean.steps


def test_more_cells_ask_for_more_evidence(record):
    """One cell of many that is a little odd is no discovery; alone it would be."""
    values = noisy(10.0, 10.3, each=4, sd=0.001, seed=3)
    quiet = np.random.default_rng(5).normal(10, 0.01, (8, 30))
    codes = TASKS["udpos"].languages[:20]
    tasks = [("base", "udpos", code, "single-stream") for code in codes]
    for i, value in enumerate(values):
        record({EN: value, **{key: quiet[i, j] for j, key in enumerate(tasks)}})
    loaded = load(record.root)
    assert not any(line.steps for line in history(loaded.series).cells)
    alone = [one for one in loaded.series if one.key.task == "xnli"]
    assert history(alone).cells[0].steps


def test_a_result_folder_is_a_history_of_one_run(record):
    loaded = load(record({EN: 10.0}))
    assert len(loaded.runs) == 1
