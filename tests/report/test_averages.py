import re

from xlbench.report.averages import average_lines
from xlbench.results.averages import averages


def printed(rows):
    return "\n".join(line.plain for line in average_lines(averages(rows), 140))


def test_a_task_is_shown_with_its_average_and_gap(rows):
    text = printed(rows)
    line = next(line for line in text.splitlines() if "XNLI" in line)
    assert re.split(" {2,}", line) == [
        "XNLI",
        "3 of 15",
        "67.1",
        "80.0",
        "60.6",
        "19.4",
        "accuracy",
    ]
    assert "classification –; overall –" in text


def test_without_metrics_there_is_a_dash(rows):
    bare = [row | {"metric_value": None, "metrics_json": None} for row in rows]
    assert "averages –, no cell has a metric" in printed(bare)


def test_an_arm_in_brackets_is_not_taken_for_markup(rows):
    assert "[red]./x" in printed([row | {"arm": "[red]./x"} for row in rows])


def test_tasks_that_xtreme_has_not_are_of_no_group(rows):
    found = averages(rows)
    for arm in found.values():
        arm["groups"] = {}
    text = "\n".join(line.plain for line in average_lines(found, 140))
    assert "XNLI" in text and "XTREME's groups" not in text
