"""What a whole run leaves for export, averages and fertility, through the command line."""

import json

import pyarrow.parquet as pq
import pytest
from program import call

SHORT, LONG = "A man sleeps.\tHe rests.\tneutral", f"{'word ' * 200}\tHe rests.\tneutral"


@pytest.fixture(scope="module")
def out(tmp_path_factory, forked_workers):
    """A run on XNLI in two languages, one row malformed, and an aligned Tatoeba."""
    root = tmp_path_factory.mktemp("evidence")
    (root / "data" / "xnli").mkdir(parents=True)
    (root / "data" / "tatoeba").mkdir()
    for language, lines in {"en": [SHORT] * 5 + [LONG], "de": [SHORT] * 6 + ["one column"]}.items():
        (root / "data" / "xnli" / f"test-{language}.tsv").write_text("\n".join(lines) + "\n")
    for end, word in (("deu", "eins zwei drei vier"), ("eng", "one two")):
        path = root / "data" / "tatoeba" / f"tatoeba.deu-eng.{end}"
        path.write_text("".join(f"{word} {i}\n" for i in range(6)))
    done = call(
        "run",
        "--ckpt",
        "base",
        "--weights",
        "random",
        "--data",
        root / "data",
        "--skip-malformed",
        "--budget",
        "1s",
        "--out",
        root / "out",
    )
    assert done.returncode == 0, done.stderr
    return root / "out"


def cells(folder):
    rows = pq.read_table(folder / "cells.parquet").to_pylist()
    return {(r["task"], r["language"], r["scenario"]): r for r in rows}


def test_examples_that_were_cut_are_counted_and_flagged(out):
    found = cells(out)
    for scenario in ("offline", "single-stream"):
        cut, whole = found["xnli", "en", scenario], found["xnli", "de", scenario]
        assert cut["n_truncated"] == 1 and "truncated" in cut["flags"]
        assert whole["n_truncated"] == 0 and "truncated" not in whole["flags"]


def test_tokens_relative_to_english_are_those_of_the_same_examples_before_cutting(out):
    found = cells(out)
    english = found["xnli", "en", "offline"]
    german = found["xnli", "de", "offline"]
    assert english["tokens_relative_to_english"] == 1.0
    assert german["tokens_relative_to_english"] < 0.3  # the long example counts in full
    assert found["tatoeba", "de", "offline"]["tokens_relative_to_english"] > 1.0


def test_cells_with_rows_left_out_are_named_in_the_manifest(out):
    manifest = json.loads((out / "run.json").read_text())
    assert manifest["data"]["cells_with_skipped_rows"] == ["xnli/de"]


def test_every_prediction_knows_its_line_in_a_submission(out):
    rows = pq.read_table(out / "predictions").to_pylist()
    xnli = [r["submission_line"] for r in rows if (r["task"], r["language"]) == ("xnli", "en")]
    english = [r for r in rows if r["task"] == "tatoeba" and r["id"].startswith("en-")]
    assert sorted(xnli) == list(range(6))
    assert sorted(r["submission_line"] for r in english) == list(range(6))
    assert {r["submission_line"] for r in rows if r["id"].startswith("de-")} == {None}


def test_a_run_of_few_languages_can_not_be_exported(out, tmp_path):
    done = call("export", out, tmp_path / "submission")
    assert done.returncode == 2
    assert "no task of 'base' is complete" in done.stderr and "xnli: no predictions" in done.stderr
    assert not (tmp_path / "submission").exists()


def test_random_weights_give_predictions_but_no_metric(out):
    offline = [row for key, row in cells(out).items() if key[2] == "offline"]
    assert pq.read_table(out / "predictions").num_rows and offline
    assert all(r["metric_value"] is None and "random-weights" in r["flags"] for r in offline)


def test_the_report_of_random_weights_has_no_averages(out, tmp_path):
    done = call("report", out, "--format", "text", "--html", tmp_path / "report.html")
    assert done.returncode == 0, done.stderr
    assert "averages –" in done.stdout
    assert "<svg" in (tmp_path / "report.html").read_text()
