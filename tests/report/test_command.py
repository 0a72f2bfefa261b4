"""``xlbench report`` as a user calls it."""

from __future__ import annotations

import json

import program
import pytest

from .synthetic import write_comparison, write_run


def call(*arguments):
    return program.call("report", *arguments)


def test_the_tables_and_averages_are_printed_again(result):
    done = call(result, "--format", "text")
    assert done.returncode == 0 and done.stderr == ""
    assert "12.25 [11.75, 12.75]" in done.stdout and "61.2 acc" in done.stdout
    assert "averages over languages" in done.stdout and "19.4" in done.stdout


def test_results_are_named_where_there_are_several(result, make):
    second = make("second")
    done = call(result, second, "--format", "text")
    assert f"{result}:" in done.stdout and "second:" in done.stdout
    first, *rows = call(result, second).stdout.splitlines()
    assert first.startswith("result\tarm\t")
    assert {row.split("\t")[0] for row in rows} == {str(result), str(second)}


def test_json_has_cells_and_averages_of_each_result(result, make):
    one, two = json.loads(call(result, make("second", metrics=False), "--json").stdout)
    assert (one["run_id"], len(one["cells"])) == ("abc123", 6)
    (arm,) = one["averages"]
    assert one["averages"][arm]["tasks"]["xnli"]["english"] == 80.0
    assert two["averages"][arm]["tasks"]["xnli"]["average"] is None


def test_the_page_is_written_beside_the_tables(result, tmp_path):
    file = tmp_path / "new" / "report.html"
    done = call(result, "--html", file)
    assert done.returncode == 0 and "xnli" in done.stdout
    assert file.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert str(file) in done.stderr


def test_a_run_that_is_not_finished_is_said_to_be(make):
    assert "interrupted" in call(make(status="interrupted")).stderr


def test_a_users_mistake_is_one_line_and_exit_code_2(result, tmp_path):
    (tmp_path / "file").write_text("")
    for arguments in ((tmp_path / "none",), (result, "--html", tmp_path / "file" / "x.html")):
        done = call(*arguments)
        assert done.returncode == 2
        assert done.stderr.startswith("xlbench: ") and done.stderr.count("\n") == 1
    (result / "cells.parquet").unlink()
    assert "it has no cells.parquet" in call(result).stderr
    assert call().returncode == 2


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    folder = write_run(
        tmp_path_factory.mktemp("compared") / "run",
        tasks=("xnli", "bucc2018"),
        languages={"xnli": ("en", "th")},
    )
    return write_comparison(folder, "base", "stilts", ratio=1.05)


def test_a_table_is_laid_out_as_asked(compared):
    done = call(compared, "--rows", "task", "--values", "p50,metric", "--format", "csv")
    assert done.returncode == 0 and done.stderr == ""
    head, xnli, bucc = done.stdout.splitlines()
    assert head.startswith('task,"p50, ms: base","p50, ms: stilts","p50, ms: ratio",')
    assert xnli.startswith("XNLI (accuracy),") and "2 slower" in xnli
    assert bucc.startswith("BUCC 2018 (F1),")


@pytest.mark.parametrize("form", ["text", "markdown", "latex", "csv", "html"])
@pytest.mark.parametrize("preset", ["xtreme", "stilts"])
def test_presets_in_every_format(compared, preset, form):
    done = call(compared, "--preset", preset, "--format", form)
    assert done.returncode == 0 and "stilts" in done.stdout


def test_several_folders_stand_in_one_table(compared, tmp_path):
    other = write_run(tmp_path / "o", ("other",), ("xnli",), {"xnli": ("en", "th")})
    done = call(compared, other, "--rows", "language", "--values", "metric", "--tasks", "xnli")
    assert "difference, other" in done.stdout and "difference, stilts" in done.stdout


def test_filters_hold_for_every_output(compared, tmp_path):
    file = tmp_path / "r.html"
    asked = ("--tasks", "xnli", "--langs", "th", "--arm", "stilts", "--scenario", "offline")
    (found,) = json.loads(call(compared, *asked, "--json").stdout)
    (cell,) = found["cells"]
    assert (cell["arm"], cell["language"], cell["scenario"]) == ("stilts", "th", "offline")
    assert list(found["averages"]) == ["stilts"]
    assert len(call(compared, *asked).stdout.splitlines()) == 2
    call(compared, *asked, "--html", file)
    assert "1 task-language pair of 1 task in 1 language, offline; 1 cell," in file.read_text()


def test_figures_are_files(compared, tmp_path):
    done = call(compared, "--figures", tmp_path / "f", "--figure-format", "svg", "--tasks", "xnli")
    assert done.returncode == 0 and "figures are in" in done.stderr
    names = {path.name for path in (tmp_path / "f").iterdir()}
    assert {"bars-xnli.svg", "tradeoff-xnli.svg", "overview-latency.svg"} <= names
    assert not any("bucc" in name for name in names)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--tasks", "foo"), "--tasks: 'foo' is not a task"),
        (("--arm", "stilt"), "did you mean stilts"),
        (("--tasks", "panx"), "no cell of --tasks panx"),
        (("--scenario", "server"), "--scenario: "),
        (("--rows", "cell"), "--rows: 'cell' is not one of"),
        (("--values", "p51"), "--values: 'p51' is not one of"),
        (("--preset", "glue"), "--preset: expected one of xtreme, stilts, tradeoff, found 'glue'"),
        (("--preset", "xtreme", "--rows", "task"), "--preset has rows"),
        (
            ("--rows", "task", "--format", "tsv"),
            "--format of a table: expected one of text, markdown",
        ),
        (("--figures", "f", "--figure-format", "png"), "--figure-format: expected one of svg, pdf"),
        (("--html", "/proc/nowhere/x.html"), "--html /proc/nowhere: can't be written"),
        (("--figures", "/proc/nowhere", "--figure-format", "svg"), "--figures /proc/nowhere: "),
    ],
)
def test_a_wrong_option_is_one_line_and_exit_code_2(compared, arguments, said):
    done = call(compared, *arguments)
    assert done.returncode == 2 and said in done.stderr
    assert done.stderr.startswith("xlbench: ") and done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_an_arm_with_options_is_named_as_it_was_written(tmp_path):
    arm = "base@dtype=bf16,threads=1"
    folder = write_run(tmp_path / "run", ("base", arm), ("xnli",), {"xnli": ("en",)})
    (found,) = json.loads(call(folder, "--arm", arm, "--json").stdout)
    assert {cell["arm"] for cell in found["cells"]} == {arm}
    (found,) = json.loads(call(folder, "--arm", f"base,{arm}", "--json").stdout)
    assert {cell["arm"] for cell in found["cells"]} == {"base", arm}
