"""Whole runs through the command line, on the embedded sample and small folders."""

import json
import os
import signal
import subprocess
import sys

import program
import pyarrow.parquet as pq
import pytest

from xlbench.results.parts import PartWriter

pytestmark = pytest.mark.usefixtures("forked_workers")
RUN = [sys.executable, "-m", "xlbench", "run"]
SMALL = ["--ckpt", "base", "--tasks", "tatoeba,panx", "--langs", "ar,bn,fi", "--budget", "1s"]


def call(*arguments, **options):
    return program.call("run", *arguments, **options)


def cells(folder):
    rows = pq.read_table(folder / "cells.parquet").to_pylist()
    return {(r["arm"], r["task"], r["language"], r["scenario"]): r for r in rows}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The one run that is a program of its own to its end, with a worker that is one too."""
    folder = tmp_path_factory.mktemp("run") / "out"
    done = subprocess.run(
        [*RUN, *SMALL, "--out", str(folder)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return folder, done


def test_every_cell_is_there_and_measured(finished):
    folder, _ = finished
    found = cells(folder)
    assert set(found) == {
        ("base", task, language, scenario)
        for task in ("tatoeba", "panx")
        for language in ("ar", "bn", "fi")
        for scenario in ("single-stream", "offline")
    }
    for row in found.values():
        assert row["status"] == "ok"
        assert row["latency_mean_ms"] > 0 and row["throughput_tokens_per_s"] > 0
        assert row["peak_rss_bytes"] >= row["rss_before_bytes"] > 0
        assert row["weights_bytes"] > 0 and row["load_s"] > 0 and row["first_batch_ms"] > 0
        assert row["peak_vram_allocated_bytes"] is None and row["h2d_p50_ms"] is None


def test_predictions_of_trained_weights_come_with_a_metric(finished):
    folder, _ = finished
    predictions = pq.read_table(folder / "predictions").to_pylist()
    assert {p["language"] for p in predictions} == {"ar", "bn", "fi"}
    offline = [r for r in cells(folder).values() if r["scenario"] == "offline"]
    assert all(0 <= r["metric_value"] <= 100 for r in offline)
    assert not any("random-weights" in r["flags"] for r in offline)


def test_the_manifest_tells_settings_environment_and_data(finished):
    folder, _ = finished
    manifest = json.loads((folder / "run.json").read_text())
    assert manifest["status"] == "finished"
    assert manifest["settings"]["seed"] == 0
    assert manifest["environment"]["cpus"] == os.cpu_count()
    assert manifest["segments"][0]["workers"]["base"]["torch"]
    assert len(manifest["data"]["fingerprints"]["panx/ar"]) == 64


def test_the_table_goes_to_standard_output_and_the_notes_to_standard_error(finished):
    _, done = finished
    assert "tatoeba" in done.stdout and "latency_p95_ms" in done.stdout
    assert "smoke tests" in done.stderr and "smoke tests" not in done.stdout


def test_a_second_run_does_not_overwrite_the_first(finished):
    folder, _ = finished
    again = call(*SMALL, "--out", str(folder))
    assert again.returncode == 2
    assert "not empty" in again.stderr and "Traceback" not in again.stderr


def test_a_run_goes_on_with_its_own_budget(finished):
    done = call("--resume", "--dry-run", "--json", "--out", str(finished[0]))
    assert json.loads(done.stdout)["budget_s"] == 1.0


def test_a_run_killed_half_way_and_resumed_has_the_cells_of_one_that_was_not(
    tmp_path, finished, monkeypatch
):
    folder = tmp_path / "out"
    flush = PartWriter.flush_if_due

    def flush_and_die(writer):
        flush(writer)
        if list(folder.glob("visits/*.parquet")):
            os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as patch:
        patch.setattr("xlbench.results.parts.FLUSH_S", 0.1)
        patch.setattr(PartWriter, "flush_if_due", flush_and_die)
        run = program.Forked(tmp_path, "run", *SMALL, "--out", folder)
    assert run.end(within_s=60).returncode == -signal.SIGKILL
    for path in folder.rglob("*.parquet"):
        pq.read_table(path)
    before = pq.read_table(folder / "samples").num_rows
    resumed = call("--resume", "--out", str(folder))
    assert resumed.returncode == 0, resumed.stderr
    assert set(cells(folder)) == set(cells(finished[0]))
    assert all(row["status"] == "ok" for row in cells(folder).values())
    assert pq.read_table(folder / "samples").num_rows > before > 0
    manifest = json.loads((folder / "run.json").read_text())
    assert len(manifest["segments"]) == 2


def test_two_processes_are_told_apart(tmp_path):
    folder = tmp_path / "out"
    done = call(
        "--ckpt",
        "base",
        "--tasks",
        "panx",
        "--langs",
        "fi",
        "--budget",
        "1s",
        "--processes",
        "2",
        "--out",
        str(folder),
    )
    assert done.returncode == 0, done.stderr
    assert all(row["n_processes"] == 2 for row in cells(folder).values())


def test_two_arms_are_measured_in_one_run(tmp_path):
    folder = tmp_path / "out"
    done = call(
        "--ckpt",
        "base",
        "--ckpt",
        "stilts@dtype=bf16",
        "--tasks",
        "xquad",
        "--langs",
        "tr",
        "--budget",
        "1s",
        "--out",
        str(folder),
        "--json",
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["cells"]
    assert {(r["arm"], r["dtype"]) for r in rows} == {
        ("base", "fp32"),
        ("stilts@dtype=bf16", "bf16"),
    }


def test_a_dry_run_counts_and_writes_nothing(tmp_path):
    done = call(*SMALL, "--dry-run", "--json", cwd=tmp_path)
    plan = json.loads(done.stdout)
    assert plan["cells"] == 12
    assert all(row["tokens"] > 0 and row["expected_peak_bytes"] > 0 for row in plan["rows"])
    assert plan["expected_s"] > 0
    assert not list(tmp_path.iterdir())


def test_a_folder_with_labels_and_one_without_are_both_measured(tmp_path):
    for name, label in (("labelled", "\tneutral"), ("official", "")):
        folder = tmp_path / name / "xnli"
        folder.mkdir(parents=True)
        lines = [f"A man sleeps {i}.\tHe rests.{label}" for i in range(6)]
        (folder / "test-en.tsv").write_text("\n".join(lines) + "\n")
        out = tmp_path / f"out-{name}"
        done = call(
            "--ckpt", "base", "--data", str(tmp_path / name), "--budget", "1s", "--out", str(out)
        )
        assert done.returncode == 0, done.stderr
        flags = cells(out)["base", "xnli", "en", "offline"]["flags"]
        assert ("no-labels" in flags) == (name == "official")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "--ckpt is missing"),
        (["--ckpt", "nobody"], "nobody"),
        (["--ckpt", "base@dtype=int3"], "fp32, tf32, bf16, fp16"),
        (["--ckpt", "base", "--langs", "xx"], "'xx' is not a language of XTREME"),
        (["--ckpt", "base", "--tasks", "glue"], "'glue' is not a task"),
        (["--ckpt", "base", "--data", "/nowhere"], "/nowhere"),
        (["--ckpt", "base", "--precision", "many"], "--precision"),
        (["--ckpt", "base", "--device", "cuda:9"], "CUDA"),
        (["--resume"], "--out"),
    ],
)
def test_a_users_mistake_is_one_line_and_exit_code_2(arguments, message, tmp_path):
    done = call(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_malformed_row_is_named_with_file_and_row(tmp_path):
    folder = tmp_path / "data" / "xnli"
    folder.mkdir(parents=True)
    (folder / "test-en.tsv").write_text("a\tb\tneutral\na\n")
    done = call("--ckpt", "base", "--data", str(tmp_path / "data"), "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "test-en.tsv, row 2" in done.stderr and "Traceback" not in done.stderr
