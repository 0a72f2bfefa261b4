"""``xlbench report`` as a user calls it."""

from __future__ import annotations

import json

import program


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
