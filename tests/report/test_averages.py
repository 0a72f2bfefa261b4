from rich.console import Console

from xlbench.report.averages import average_tables
from xlbench.results.averages import averages


def printed(rows, capsys):
    console = Console(width=140)
    for part in average_tables(averages(rows)):
        console.print(part, markup=False)
    return capsys.readouterr().out


def test_a_task_is_shown_with_its_average_and_gap(rows, capsys):
    text = printed(rows, capsys)
    line = next(line for line in text.splitlines() if "XNLI" in line)
    assert [part.strip() for part in line.strip("│").split("│")] == [
        "XNLI",
        "3 of 15",
        "67.1",
        "80.0",
        "60.6",
        "19.4",
        "accuracy",
    ]
    assert "classification –; overall –" in text


def test_without_metrics_there_is_a_dash(rows, capsys):
    bare = [row | {"metric_value": None, "metrics_json": None} for row in rows]
    assert "averages –, no cell has a metric" in printed(bare, capsys)


def test_an_arm_in_brackets_is_not_taken_for_markup(rows, capsys):
    assert "[red]./x" in printed([row | {"arm": "[red]./x"} for row in rows], capsys)
