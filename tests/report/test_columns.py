"""The description of the columns, and the SQL that is said to work on them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from program import call

from xlbench.report.columns import column_rows, columns_page
from xlbench.results.schema import TABLES, table_schema

PAGE = Path(__file__).parents[2] / "docs" / "columns.md"


def test_the_page_of_columns_is_what_the_schema_says():
    again = "make it again: xlbench list columns --format markdown > docs/columns.md"
    assert PAGE.read_text(encoding="utf-8") == columns_page(), again


def test_every_column_of_every_table_is_listed_with_a_meaning():
    listed = {(row["table"], row["column"]): row["description"] for row in column_rows()}
    every = {(table, name) for table in TABLES for name in table_schema(table).names}
    assert set(listed) == every and all(listed.values())


def test_the_command_prints_them():
    done = call("list", "columns", "--format", "tsv")
    assert "cells\tlatency_p50_ms\tfloat\t" in done.stdout
    assert call("list", "columns", "--format", "markdown").stdout == columns_page()
    assert call("list", "tasks", "--format", "markdown").returncode == 2


@pytest.fixture
def ask(write_run, tmp_path, monkeypatch):
    """Return a function that runs a statement of the page over three recorded runs."""
    duckdb = pytest.importorskip("duckdb")
    results = tmp_path / "results"
    right = [True] * 6 + [False] * 6
    write_run(results / "one", seed=1, arms=("base", "stilts"), right=right)
    write_run(results / "two", seed=2, machine="m-two", first=())
    write_run(results / "three", seed=3, failed=("sw",))
    monkeypatch.chdir(tmp_path)
    connection = duckdb.connect()
    statements = re.findall(r"```sql\n(.*?)```", columns_page(), re.DOTALL)
    connection.execute(statements[0])

    def run(text):
        (statement,) = [each for each in statements if text in each]
        return connection.execute(statement).fetchall()

    run.connection = connection
    return run


def test_the_view_has_a_row_for_each_language_with_both_scenarios(ask):
    rows = ask.connection.execute(
        "SELECT run_id, arm, language, latency_p50_ms, throughput_examples_per_s, metric_value "
        "FROM languages ORDER BY ALL"
    ).fetchall()
    # Two arms in two languages, one in two, and one in the one that did not fail.
    assert len(rows) == 4 + 2 + 1
    first = next(row for row in rows if row[:3] == ("one", "base", "en"))
    assert first[3] > 0 and first[4] > 0 and first[5] == 50.0


def test_the_slowest_languages(ask):
    rows = ask("ORDER BY ms DESC")
    assert {language for language, _ in rows} == {"en", "sw"} and rows[0][1] >= rows[1][1]


def test_base_against_stilts(ask):
    rows = ask("b.arm = 'stilts'")
    assert [row[:2] for row in rows] == [("xnli", "en"), ("xnli", "sw")]
    assert all(0.9 < ratio < 1.1 and points == 0 for _, _, ratio, points in rows)


def test_all_runs_of_a_month_by_machine(ask):
    rows = ask("GROUP BY machine")
    assert all(isinstance(machine, str) for machine, *_ in rows)
