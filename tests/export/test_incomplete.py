"""Only what XTREME can score is written; what is left out is named with its reason."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest

from xlbench.errors import UserError
from xlbench.export.folder import by_reason, export
from xlbench.results.files import write_table
from xlbench.results.result import read_result
from xlbench.tasks.catalogue import TASKS


def change_manifest(result, change):
    file = result / "run.json"
    manifest = json.loads(file.read_text())
    change(manifest)
    file.write_text(json.dumps(manifest))


def reasons(result, folder):
    done = export(read_result(result), folder)
    written = {path.name for path in folder.iterdir()}
    assert written == set(done.lines) == set(TASKS) - set(done.incomplete)
    return done.incomplete


def test_a_task_that_lacks_a_language_is_left_out(make, labelled, tmp_path):
    result = make(labelled, leave_out=[("xnli", "sw"), ("xnli", "ur")])
    assert reasons(result, tmp_path / "out") == {"xnli": "no predictions for sw, ur"}


def test_a_task_that_was_not_run_is_left_out(make, labelled, tmp_path):
    absent = [("bucc2018", language) for language in TASKS["bucc2018"].languages]
    why = reasons(make(labelled, leave_out=absent), tmp_path / "out")
    assert why == {"bucc2018": "it was not measured"}


def test_tasks_that_were_not_asked_for_are_told_in_one_breath(make, labelled, tmp_path):
    absent = [(t, code) for t in TASKS if t not in ("xnli", "panx") for code in TASKS[t].languages]
    result = make(labelled, leave_out=absent)
    why = reasons(result, tmp_path / "out")
    assert set(why.values()) == {"it was not measured"}
    (names,) = by_reason(why)
    assert names == ", ".join(why)


def test_a_limit_that_left_examples_out_makes_a_task_incomplete(make, labelled, tmp_path):
    why = reasons(make(labelled, limit=5), tmp_path / "out")
    # Pairs have five examples, sentences three, questions two, Tatoeba four.
    assert why == dict.fromkeys(("xnli", "pawsx", "bucc2018"), "it was measured with --limit 5")


def test_malformed_rows_left_out_make_a_task_incomplete(make, labelled, tmp_path):
    result = make(labelled)
    change_manifest(
        result, lambda m: m["data"].update(cells_with_skipped_rows=["panx/de", "panx/fr"])
    )
    assert reasons(result, tmp_path / "out") == {"panx": "malformed rows were left out in de, fr"}


def test_the_dev_split_is_not_submitted_as_the_test_split(make, xtreme, tmp_path):
    data = xtreme(tmp_path / "data")
    (data / "udpos" / "test-fi.tsv").rename(data / "udpos" / "dev-fi.tsv")
    why = reasons(make(data), tmp_path / "out")
    assert list(why) == ["udpos"] and "dev split: fi" in why["udpos"]


def test_bucc_needs_the_gold_pairs_of_the_dev_split(make, xtreme, tmp_path):
    data = xtreme(tmp_path / "data", labelled=False)
    (data / "bucc2018" / "ru-en.dev.gold").unlink()
    why = reasons(make(data), tmp_path / "out")
    assert list(why) == ["bucc2018"] and "for ru" in why["bucc2018"]


def test_predictions_that_lack_their_lines_are_refused(make, labelled, tmp_path):
    result = make(labelled)
    for file in (result / "predictions").iterdir():
        table = pq.read_table(file)
        write_table(file, table.drop_columns("submission_line"))
    with pytest.raises(UserError, match="earlier version of xlbench"):
        export(read_result(result), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_prediction_that_is_missing_is_named(make, labelled, tmp_path):
    result = make(labelled)
    for file in (result / "predictions").iterdir():
        table = pq.read_table(file)
        keep = [row["id"] != "3" or row["task"] != "xnli" for row in table.to_pylist()]
        write_table(file, table.filter(keep))
    with pytest.raises(UserError, match=r"xnli ar: expected a prediction for line 3"):
        export(read_result(result), tmp_path / "out")
