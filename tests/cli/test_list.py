import json
import subprocess
import sys

import pytest
from program import call

from xlbench.cli.options import percent, seconds
from xlbench.errors import UserError
from xlbench.tasks.catalogue import TASKS


def listed(what):
    done = call("list", what, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_nine_tasks_and_forty_languages_are_listed():
    assert {row["task"] for row in listed("tasks")} == set(TASKS)
    assert len(listed("langs")) == 40


def test_checkpoints_and_suites_name_what_they_are_made_of():
    entries = {row["checkpoint"]: row for row in listed("checkpoints")}
    assert {"base", "stilts", "mnli-xlmr"} <= set(entries)
    assert entries["mnli-xlmr"]["revision"]
    assert entries["mnli-xlmr"]["head"] == "sequence-classification"
    assert entries["mnli-xlmr"]["runs"] == ["xnli", "bucc2018", "tatoeba"]
    assert (entries["mnli-xlmr"]["network"], entries["base"]["network"]) == (True, False)
    assert entries["mnli-xlmr"]["encoder_parameters"] > 500e6
    assert set(listed("suites")[0]["checkpoints"]) <= set(TASKS)


def test_the_table_of_checkpoints_says_what_each_can_do_and_needs(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    text = " ".join(call("list", "checkpoints", "--format", "text").stdout.split())
    for told in ("24 x 1024", "559 M", "sequence", "@b227ee8", "network", "bucc2018 and tatoeba"):
        assert told in text


@pytest.mark.parametrize("what", ["tasks", "langs", "checkpoints", "suites", "columns"])
@pytest.mark.parametrize("width", [80, 120])
def test_lists_fit_the_terminal_and_cut_no_name(what, width, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    text = call("list", what, "--format", "text").stdout
    assert max(map(len, text.splitlines())) <= width
    names = [next(iter(row.values())) for row in listed(what)]
    assert all(str(name) in text.split() for name in names)


def test_through_a_pipe_a_list_is_tab_separated():
    first, *rows = call("list", "langs").stdout.splitlines()
    assert first.split("\t") == ["code", "name", "script", "spaced", "tasks"] and len(rows) == 40
    assert rows[0].split("\t")[:2] == ["af", "Afrikaans"]


def test_a_catalogue_of_ones_own_is_listed_with_what_is_known(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("entries: {mine: {source: path, path: nowhere, head: encoder}}")
    done = call("list", "checkpoints", "--checkpoints", str(file), "--json")
    (mine,) = [row for row in json.loads(done.stdout) if row["checkpoint"] == "mine"]
    assert mine["runs"] == ["bucc2018", "tatoeba"] and mine["network"] is False
    assert mine["layers"] is None and mine["encoder_parameters"] is None


def test_the_table_fits_its_purpose_without_a_terminal():
    done = call("list", "tasks")
    assert "TyDiQA-GoldP" in done.stdout and done.stderr == ""


def test_torch_is_not_imported_by_the_command_line():
    code = (
        "import sys, xlbench.cli.main, xlbench.run.execute, xlbench.cli.run; "
        "sys.exit(any(m in sys.modules for m in ('torch', 'transformers')))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_help_waits_for_no_library_of_numbers_or_tables():
    code = (
        "import sys, xlbench.cli.main; "
        "sys.exit(any(m in sys.modules for m in ('numpy', 'pyarrow', 'rich')))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_an_unknown_command_is_exit_code_2():
    assert call("measure").returncode == 2


@pytest.mark.parametrize(("text", "value"), [("2%", 0.02), ("0.02", 0.02), ("12.5%", 0.125)])
def test_shares_are_read(text, value):
    assert percent("--precision", text) == pytest.approx(value)


@pytest.mark.parametrize(("text", "value"), [("90", 90), ("90s", 90), ("5m", 300), ("1h", 3600)])
def test_durations_are_read(text, value):
    assert seconds("--budget", text) == value


@pytest.mark.parametrize("text", ["", "x", "-1s", "0%", "150%"])
def test_what_is_no_share_or_duration_is_refused_by_the_options_name(text):
    with pytest.raises(UserError, match="--precision"):
        percent("--precision", text)
    if not text.endswith("%"):
        with pytest.raises(UserError, match="--budget"):
            seconds("--budget", text)
