"""The gate as a CI job calls it, on recorded results with known truth."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from xlbench.cli.main import app
from xlbench.errors import UserError
from xlbench.results.files import write_table
from xlbench.results.manifest import read_manifest
from xlbench.results.result import summarised
from xlbench.results.schema import table_schema
from xlbench.results.tables import read_table


@pytest.fixture(scope="module")
def runs(write_run, tmp_path_factory):
    """Folders of a base run, an equal one, one 10 % slower, and one of a single process."""
    root = tmp_path_factory.mktemp("runs")
    right = [True] * 11 + [False]
    return {
        "base": write_run(root / "base", seed=1, right=right),
        "same": write_run(root / "same", seed=2, right=right),
        "slow": write_run(root / "slow", seed=3, factor=1.1, right=right),
        "lone": write_run(root / "lone", seed=4, processes=1),
        "worse": write_run(root / "worse", seed=5, right=[False] * 12),
        "elsewhere": write_run(root / "elsewhere", seed=6, machine="m-two"),
    }


def call(*arguments):
    return CliRunner().invoke(app, ["gate", *map(str, arguments)], catch_exceptions=False)


def test_no_change_passes(runs):
    done = call(runs["base"], runs["same"])
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1].startswith("gate: pass (6 pass)")


def test_a_proven_slowdown_fails_with_one(runs):
    done = call(runs["base"], runs["slow"])
    assert done.exit_code == 1
    assert done.stdout.startswith("FAIL ")


def test_a_limit_above_the_slowdown_passes(runs):
    assert call(runs["base"], runs["slow"], "--max-drift", "20%").exit_code == 0


def test_a_gate_that_judged_nothing_says_so_once_and_never_passes(runs):
    for more in ([], ["--strict"]):
        done = call(runs["base"], runs["lone"], *more)
        assert done.exit_code == 4
        (said,) = [line for line in done.stdout.splitlines() if line.startswith("????")]
        assert "nothing could be judged" in said and "--processes 5" in said
    for form in ("github", "markdown"):
        told = call(runs["base"], runs["lone"], "--format", form).stdout
        assert told.count("nothing could be judged") == 1 and "too few processes" not in told
    assert json.loads(call(runs["base"], runs["lone"], "--json").stdout)["judged"] is False


def test_an_inconclusive_check_is_exit_code_4_under_strict_alone(runs):
    close = "10.0%"
    done = call(runs["base"], runs["slow"], "--max-drift", close)
    assert (done.exit_code, "inconclusive" in done.stdout) == (0, True)
    assert call(runs["base"], runs["slow"], "--max-drift", close, "--strict").exit_code == 4


def test_cells_are_chosen_in_recorded_results_too(runs):
    done = call(runs["base"], runs["slow"], "--langs", "eng", "--scenario", "offline", "--json")
    checks = json.loads(done.stdout)["checks"]
    assert [check["where"] for check in checks] == [["xnli", "en", "offline"]]


def test_a_worse_metric_fails_only_where_it_is_checked(runs):
    assert call(runs["base"], runs["worse"]).exit_code == 0
    done = call(runs["base"], runs["worse"], "--max-metric-drop", "5")
    assert done.exit_code == 1
    assert "the metric changed by -91.67 points" in done.stdout


def without_metric(folder, language):
    """Take a language's metric out of a result, as a run on stripped test files has none."""
    for path in folder.glob("visits/*.parquet"):
        table = read_table(path, "visits")
        rows = table.to_pylist()
        for row in rows:
            if row["language"] == language:
                row |= {"metric_name": None, "metric_value": None, "flags": ["no-labels"]}
        write_table(path, pa.Table.from_pylist(rows, schema=table_schema("visits")))
    summarised(folder, read_manifest(folder), {})


@pytest.mark.parametrize("order", [("base", "unlabelled"), ("unlabelled", "base")])
def test_a_metric_limit_on_results_without_the_metric_is_no_pass_and_named(
    runs, write_run, tmp_path, order
):
    unlabelled = write_run(tmp_path / "unlabelled", seed=8, right=[True] * 11 + [False])
    without_metric(unlabelled, "sw")
    folders = runs | {"unlabelled": unlabelled}
    pair = [folders[name] for name in order]
    assert call(*pair, "--strict").exit_code == 0, "times alone are fine"
    done = call(*pair, "--max-metric-drop", "5", "--json")
    found = {
        check["where"][1]: (check["outcome"], check["reason"])
        for check in json.loads(done.stdout)["checks"]
        if check["what"] == "metric"
    }
    assert found["en"] == ("pass", None)
    assert found["sw"][0] == "inconclusive" and "no metric" in found["sw"][1]
    strict = call(*pair, "--max-metric-drop", "5", "--strict")
    assert strict.exit_code == 4
    assert "xnli sw offline: metric could not be checked" in strict.stdout


def test_more_memory_fails_only_where_it_is_checked(runs, write_run, tmp_path):
    heavy = write_run(tmp_path / "heavy", seed=7, memory=2 * 10**8)
    assert call(runs["base"], heavy).exit_code == 0
    assert call(runs["base"], heavy, "--max-memory-growth", "10%").exit_code == 1


def test_every_format_goes_where_it_is_sent(runs, tmp_path):
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    junit = tmp_path / "gate.xml"
    done = call(
        runs["base"],
        runs["slow"],
        "--format",
        "json",
        "--format",
        f"junit={junit}",
        "--format",
        f"markdown={summary}",
    )
    assert json.loads(done.stdout)["outcome"] == "fail"
    assert ElementTree.parse(junit).getroot()[0].get("failures") == "6"
    assert summary.read_text(encoding="utf-8").startswith("before\n## ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("base", "elsewhere"), "different machines"),
        (("base",), "name a second result to compare base with"),
        (("base", "no-such-folder"), "name arms .measured live. or result folders"),
        (("base", "same", "--format", "xml"), "--format"),
        (("base", "same", "--max-drift", "much"), "--max-drift"),
        (("base", "--calibrate", "2"), "--calibrate measures one arm live"),
        (("base", "same", "--calibrate", "2"), "--calibrate measures one arm live"),
        (("base", "same", "--budget", "5s"), "--budget can't apply"),
        (("base", "base"), "both are the arm base of the run base"),
        (("base", "same", "--tasks", "xquad"), "--tasks xquad: .* has no such cell"),
    ],
)
def test_a_wrong_call_is_named(runs, arguments, said):
    words = [runs.get(word, word) for word in arguments]
    with pytest.raises(UserError, match=said):
        call(*words)


def test_another_machine_is_accepted_in_units_of_the_reference(runs):
    done = call(runs["base"], runs["elsewhere"], "--across-machines")
    assert done.exit_code == 0
    assert "units of the reference kernel" in done.stdout
