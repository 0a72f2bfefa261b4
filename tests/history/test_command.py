import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import program
import pytest
from typer.testing import CliRunner

from xlbench.cli.main import app
from xlbench.errors import UserError
from xlbench.history.changes import history
from xlbench.history.series import load
from xlbench.report.history import history_lines

EN = ("base", "xnli", "en", "single-stream")
SW = ("base", "xnli", "sw", "offline")


@pytest.fixture
def folder(record):
    rng = np.random.default_rng(0)
    for i in range(16):
        noise = 1 + rng.normal(size=2) * 0.01
        record(
            {EN: (10 if i < 8 else 12) * noise[0], SW: 20 * noise[1]},
            torch="2.11.0" if i < 8 else "2.12.0",
        )
    return str(record.root)


def call(*arguments):
    return CliRunner().invoke(app, ["history", *arguments], catch_exceptions=False)


def test_the_table_tells_when_by_how_much_and_with_what(folder):
    done = call(folder)
    assert done.exit_code == 0
    for part in ("run-008", "2026-01-09", "→", "1.2", "torch 2.11.0", "1 of 2 series"):
        assert part in done.stdout, part
    assert "XNLI" in done.stdout and " sw " not in done.stdout


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_the_width_and_keeps_run_and_ratio(folder, width):
    loaded = load(Path(folder))
    found = history(loaded.series, 0.05)
    lines = [line.plain for line in history_lines(found, list(loaded.machines), True, width)]
    assert max(map(len, lines)) <= width
    (changed,) = [line for line in lines if "run-008" in line]
    assert re.search(r"1\.\d{3} \[1\.\d{3}, 1\.\d{3}\]", changed)


def test_all_shows_cells_without_a_change_too(folder):
    assert " sw " in call(folder, "--all").stdout


def test_filters_leave_cells_out(folder):
    told = json.loads(call(folder, "--langs", "sw", "--json").stdout)
    assert [cell["language"] for cell in told["cells"]] == ["sw"]
    told = json.loads(call(folder, "--scenario", "single-stream", "--arm", "base", "--json").stdout)
    assert [cell["language"] for cell in told["cells"]] == ["en"]


def test_a_filter_that_fits_nothing_names_what_there_is(folder):
    with pytest.raises(UserError, match="--tasks: 'panx' is in none of the runs; they have xnli"):
        call(folder, "--tasks", "panx")


def test_json_has_points_changes_and_runs(folder):
    told = json.loads(call(folder, "--json").stdout)
    assert len(told["runs"]) == 16
    (changed,) = [cell for cell in told["cells"] if cell["changes"]]
    (change,) = changed["changes"]
    assert (change["run"], change["run_id"], change["index"]) == ("run-008", "id-008", 8)
    assert change["ratio_lo"] < 1.2 < change["ratio_hi"]
    assert len(changed["points"]) == 16 and changed["machine"] == "m-one"


@pytest.mark.parametrize("more", [[], ["--all"], ["--langs", "sw"]])
def test_the_plot_is_well_formed_and_has_a_circle_for_each_run(folder, tmp_path, more):
    file = tmp_path / "plots" / "history.svg"
    assert call(folder, "--svg", str(file), *more).exit_code == 0
    root = ElementTree.parse(file).getroot()
    space = "{http://www.w3.org/2000/svg}"
    assert root.tag == f"{space}svg"
    panels = root.findall(f"{space}g")
    assert len(panels) == (2 if "--all" in more else 1)
    assert len(panels[0].findall(f"{space}circle")) == 16


def test_machines_are_numbered_and_said_not_to_be_compared(record):
    for i in range(20):
        record({EN: 10 + i % 3}, machine="m-one" if i < 10 else "m-two")
    told = call(str(record.root), "--all").stdout
    assert "never compared" in told and "M1" in told and "M2" in told
    assert "m-two" in told


def test_a_short_history_says_how_many_runs_it_needs(record):
    record({EN: 10.0})
    assert "fewer than 8 runs" in call(str(record.root)).stdout


def test_arm_texts_are_escaped_in_the_plot(record, tmp_path):
    key = ("base@env.A=<b>&", *EN[1:])
    for _ in range(3):
        record({key: 10.0})
    file = tmp_path / "a.svg"
    call(str(record.root), "--svg", str(file))
    assert "base@env.A=&lt;b&gt;&amp;" in file.read_text()
    ElementTree.parse(file)


def test_what_a_real_run_writes_is_read(tmp_path, forked_workers):
    cell = ["--ckpt", "base", "--tasks", "panx", "--langs", "fi"]
    done = program.call("run", *cell, "--budget", "0s", "--out", tmp_path / "one")
    assert done.returncode == 0, done.stderr
    loaded = load(tmp_path)
    assert loaded.notes == () and len(loaded.machines) == 1
    assert {one.key.scenario for one in loaded.series} <= {"single-stream", "offline"}
    (point,) = loaded.series[0].points
    assert point.circumstances["torch"] and point.circumstances["xlbench"]
    assert point.reference_ns > 0
